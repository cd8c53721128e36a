// Commands over the IoT data plane: a direct message with confirmation, and where that fails a publish.
import { gzipSync } from 'node:zlib';
import {
  type IoTDataPlaneClient,
  PublishCommand,
  SendDirectMessageCommand,
} from '@aws-sdk/client-iot-data-plane';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { type Command, PACK_BYTES, WIRE_VERSION } from '../../shared/wire/envelope.ts';
import { type SiteAddress, topics } from '../../shared/wire/topics.ts';
import type { Clock } from '../clock.ts';
import { log } from '../log.ts';
import type { CommandSender, Dispatched, Outbound } from './sender.ts';

/** Seconds that a direct message waits for the agent's PUBACK. */
const CONFIRMATION_SECONDS = 4;

function payload(command: Outbound, how: Pick<Command, 'via' | 'sentAt'>): Uint8Array {
  return Buffer.from(JSON.stringify({ v: WIRE_VERSION, ...command, ...how, ...argsOf(command) }));
}

/** What a message of the broker holds, less what stands around the arguments, in bytes. */
const ARGS_BYTES = 126 * 1024;

/** Whether arguments fit into one message: a large batch of texts that cannot be compressed does not. */
export function fitsMessage(args: unknown): boolean {
  const { packed } = argsOf({ args });
  return packed === undefined || packed.length <= ARGS_BYTES;
}

/** Large arguments are packed; an agent that does not know that rejects the command. */
function argsOf({ args }: Pick<Outbound, 'args'>): Pick<Command, 'args' | 'packed'> {
  const text = Buffer.from(JSON.stringify(args));
  if (text.length < PACK_BYTES) return { args };
  return { args: {}, packed: gzipSync(text).toString('base64') };
}

/** HTTP status of a failed call, or null where no answer came (time-out, connection lost). */
function statusOf(error: unknown): number | null {
  const metadata = (error as { readonly $metadata?: { readonly httpStatusCode?: number } }).$metadata;
  return metadata?.httpStatusCode ?? null;
}

/** Failures that come before a byte is sent. */
const NOTHING_SENT: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'CredentialsProviderError']);

/** True where it is certain that nothing was taken: a 4xx, or no connection at all. Anything else may have got through. */
function isRefusal(error: unknown): boolean {
  const status = statusOf(error);
  if (status !== null) return status >= 400 && status < 500;
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  return NOTHING_SENT.has(code) || NOTHING_SENT.has(name);
}

/** A question about a command travels under an id of its own. */
function trouble({ id, op }: Outbound, status: number | null) {
  return { command: id, op, status: status ?? 'none' };
}

export class IotSender implements CommandSender {
  readonly #client: IoTDataPlaneClient;
  readonly #clock: Clock;

  constructor(client: IoTDataPlaneClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async send(to: SiteAddress, command: Outbound): Promise<Dispatched> {
    try {
      await this.#direct(to, command);
      return 'delivered';
    } catch (error) {
      const status = statusOf(error);
      if (status === 404) return 'offline';
      log.warn('direct message failed', trouble(command, status));
      return this.#fallBack(to, command, isRefusal(error));
    }
  }

  async #fallBack(to: SiteAddress, command: Outbound, directRefused: boolean): Promise<Dispatched> {
    try {
      await this.#publish(to, command);
      return 'published';
    } catch (error) {
      log.error('publish failed', trouble(command, statusOf(error)));
      return directRefused && isRefusal(error) ? 'refused' : 'unclear';
    }
  }

  async #direct(to: SiteAddress, command: Outbound): Promise<void> {
    await this.#client.send(
      new SendDirectMessageCommand({
        clientId: clientIdOf(to.tenant, to.site),
        topic: topics.command(to),
        confirmation: true,
        timeout: CONFIRMATION_SECONDS,
        payload: payload(command, { via: 'direct', sentAt: this.#clock.now() }),
      }),
    );
  }

  async #publish(to: SiteAddress, command: Outbound): Promise<void> {
    const seconds = Math.ceil((command.notAfter - this.#clock.now()) / 1000);
    await this.#client.send(
      new PublishCommand({
        topic: topics.command(to),
        qos: 1,
        messageExpiry: Math.max(1, seconds),
        payload: payload(command, { via: 'publish' }),
      }),
    );
  }
}
