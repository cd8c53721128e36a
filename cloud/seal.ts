// What must wait in the table without being readable there: sealed under data keys that another service gives out, one tenant's never another's.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export interface SecretBox {
  /** @param place where the sealed bytes will lie: they open for that place alone */
  seal(tenant: string, place: readonly string[], content: Uint8Array): Promise<Uint8Array>;
  /** @throws UnsealError for what was sealed for another tenant or place, under another key, or changed since */
  open(tenant: string, place: readonly string[], sealed: Uint8Array): Promise<Uint8Array>;
}

/** A key that content is sealed under, and the same key wrapped, which lies beside the content. */
export interface DataKey {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly wrapped: Uint8Array;
}

/** Gives out data keys; a wrapped one opens for its tenant alone. */
export interface DataKeys {
  fresh(tenant: string): Promise<DataKey>;
  /** @throws UnwrapError where the key is another tenant's, or of another installation */
  unwrapped(tenant: string, wrapped: Uint8Array): Promise<Uint8Array>;
}

export class UnsealError extends Error {
  override readonly name = 'UnsealError';
  readonly code = 'UNSEAL';
}

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of what is sealed, so that another form can follow one day. */
const FORM = 1;
/** The form, and the length of the wrapped key as u16. */
const HEAD_BYTES = 3;

function boundTo(tenant: string, place: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify([tenant, ...place]));
}

/** `content` under `key`: IV, tag, what is sealed. */
export function enclose(key: Uint8Array, bound: Uint8Array, content: Uint8Array): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES }).setAAD(bound);
  const secret = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), secret]);
}

/** What `enclose` was given. @throws UnsealError */
export function disclose(key: Uint8Array, bound: Uint8Array, enclosed: Uint8Array): Buffer {
  const bytes = Buffer.from(enclosed);
  const secretAt = IV_BYTES + TAG_BYTES;
  try {
    const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(bound)
      .setAuthTag(bytes.subarray(IV_BYTES, secretAt));
    return Buffer.concat([decipher.update(bytes.subarray(secretAt)), decipher.final()]);
  } catch (cause) {
    throw new UnsealError('what is sealed does not open', { cause });
  }
}

/** The one box of an installation. */
export class SealedBox implements SecretBox {
  readonly #keys: DataKeys;

  constructor(keys: DataKeys) {
    this.#keys = keys;
  }

  async seal(tenant: string, place: readonly string[], content: Uint8Array): Promise<Uint8Array> {
    const { key, wrapped } = await this.#keys.fresh(tenant);
    const head = Buffer.alloc(HEAD_BYTES);
    head.writeUInt8(FORM, 0);
    head.writeUInt16BE(wrapped.length, 1);
    return Buffer.concat([head, wrapped, enclose(key, boundTo(tenant, place), content)]);
  }

  async open(tenant: string, place: readonly string[], sealed: Uint8Array): Promise<Uint8Array> {
    const bytes = Buffer.from(sealed);
    if (bytes.length < HEAD_BYTES || bytes.readUInt8(0) !== FORM) throw new UnsealError('no such form');
    const contentAt = HEAD_BYTES + bytes.readUInt16BE(1);
    if (bytes.length < contentAt + IV_BYTES + TAG_BYTES) throw new UnsealError('what is sealed is cut off');
    const key = await this.#keys.unwrapped(tenant, bytes.subarray(HEAD_BYTES, contentAt));
    return disclose(key, boundTo(tenant, place), bytes.subarray(contentAt));
  }
}
