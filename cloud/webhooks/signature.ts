// Signatures of webhooks. Source: Standard Webhooks specification, "Webhook headers" and "Signature scheme".
import { createHmac } from 'node:crypto';
import { keyOf } from './secrets.ts';

/** A message as it is signed and sent. */
export interface Message {
  /** The event's: the same for each try. */
  readonly id: string;
  readonly body: string;
}

/**
 * The headers of one try. While two secrets are good, both sign: a receiver needs to know one of them.
 *
 * @param now epoch ms of this try
 */
export function signedHeaders({ id, body }: Message, secrets: readonly string[], now: number) {
  const timestamp = String(Math.floor(now / 1000));
  const signed = `${id}.${timestamp}.${body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', keyOf(secret)).update(signed).digest('base64')}`,
  );
  return {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  };
}
