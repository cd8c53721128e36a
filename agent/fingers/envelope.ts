// What only one agent can read: X25519 with a key made for this envelope alone, HKDF, AES-256-GCM; bound to what it is about.
import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const PUBLIC_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;
/** First byte, so that another form can follow one day. */
const FORM = 1;
const HEAD = 1 + PUBLIC_BYTES + IV_BYTES + TAG_BYTES;

/** The public key as it is told: base64 of its 32 bytes. */
export function publicKeyOf(own: KeyObject): string {
  return rawOf(createPublicKey(own)).toString('base64');
}

/** A key of an agent's own. */
export function freshAgentKey(): KeyObject {
  return generateKeyPairSync('x25519').privateKey;
}

/**
 * @param to the reader's public key, base64
 * @param about opens only together with the same words
 * @throws Error for what is no public key
 */
export function sealTo(to: string, about: readonly string[], content: Uint8Array): Buffer {
  const recipient = Buffer.from(to, 'base64');
  const once = generateKeyPairSync('x25519');
  const sender = rawOf(once.publicKey);
  const key = keyOf(once.privateKey, publicKey(recipient), { sender, recipient, about });
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(wordsOf(about));
  const secret = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([Buffer.from([FORM]), sender, iv, cipher.getAuthTag(), secret]);
}

/** Null where it was sealed to somebody else, about something else, or is damaged. */
export function openSealed(own: KeyObject, about: readonly string[], sealed: Uint8Array): Buffer | null {
  const bytes = Buffer.from(sealed);
  if (bytes.length < HEAD || bytes[0] !== FORM) return null;
  const sender = bytes.subarray(1, 1 + PUBLIC_BYTES);
  const iv = bytes.subarray(1 + PUBLIC_BYTES, 1 + PUBLIC_BYTES + IV_BYTES);
  const tag = bytes.subarray(HEAD - TAG_BYTES, HEAD);
  try {
    const recipient = rawOf(createPublicKey(own));
    const key = keyOf(own, publicKey(sender), { sender, recipient, about });
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES });
    decipher.setAAD(wordsOf(about)).setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes.subarray(HEAD)), decipher.final()]);
  } catch {
    return null;
  }
}

interface Bound {
  readonly sender: Buffer;
  readonly recipient: Buffer;
  readonly about: readonly string[];
}

function keyOf(own: KeyObject, other: KeyObject, { sender, recipient, about }: Bound): Buffer {
  const shared = diffieHellman({ privateKey: own, publicKey: other });
  const info = Buffer.concat([Buffer.from('sereno/fingers/1'), wordsOf(about)]);
  return Buffer.from(hkdfSync('sha256', shared, Buffer.concat([sender, recipient]), info, KEY_BYTES));
}

function wordsOf(about: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(about));
}

function publicKey(raw: Buffer): KeyObject {
  return createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: raw.toString('base64url') }, format: 'jwk' });
}

function rawOf(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}
