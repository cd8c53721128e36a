// What an agent sends for its next certificate, checked: it must come over the line of the certificate whose key has signed it.
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { type RenewalEvent, renewalRequestSchema, renewalText } from '../../shared/wire/renewal.ts';
import { publicKeyOf } from './csr.ts';

/** A request that is not granted; the agent is not told why, the log is. */
export class RenewalRefused extends Error {
  override readonly name = 'RenewalRefused';
  readonly reason: string;

  constructor(reason: string) {
    super(`renewal refused: ${reason}`);
    this.reason = reason;
  }
}

/** A request that is sound. */
export interface SoundRequest {
  readonly csr: string;
  /** SHA-256 of the new public key's SPKI, hex. */
  readonly publicKey: string;
}

/** @throws RenewalRefused `malformed`, `other_certificate`, `signature`, `csr`, `same_key` */
export async function soundRequest(event: RenewalEvent): Promise<SoundRequest> {
  const { csr, certificate, signature } = parsed(event.body);
  const present = certificateIn(certificate);
  const id = createHash('sha256').update(present.raw).digest('hex');
  if (id !== event.certificate) throw new RenewalRefused('other_certificate');
  const text = Buffer.from(renewalText(event, csr));
  if (!verify('sha256', text, present.publicKey, Buffer.from(signature, 'base64'))) {
    throw new RenewalRefused('signature');
  }
  const publicKey = await publicKeyOf(csr).catch(() => {
    throw new RenewalRefused('csr');
  });
  if (publicKey === hashOfKey(present)) throw new RenewalRefused('same_key');
  return { csr, publicKey };
}

function parsed(body: string) {
  try {
    return renewalRequestSchema.parse(JSON.parse(Buffer.from(body, 'base64').toString('utf8')));
  } catch {
    throw new RenewalRefused('malformed');
  }
}

function certificateIn(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new RenewalRefused('malformed');
  }
}

function hashOfKey({ publicKey }: X509Certificate): string {
  const spki = createPublicKey(publicKey.export({ type: 'spki', format: 'pem' })).export({
    type: 'spki',
    format: 'der',
  });
  return createHash('sha256').update(spki).digest('hex');
}
