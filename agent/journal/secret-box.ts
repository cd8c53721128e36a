// Secrets on the agent's disk: sealed with a key that never leaves its data folder, each for the place where it lies.
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SerenoError } from '../../shared/errors.ts';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of what is sealed, so that another form can follow one day. */
const FORM = 1;

export interface SecretBoxOptions {
  /** The agent's data folder. */
  readonly folder: string;
  /** Name of the key file in there, made at first use. */
  readonly keyFile: string;
  readonly site: string;
}

/** Synchronous, as the journal is. @throws SerenoError `agent_storage` where the key file cannot be used. */
export class SecretBox {
  readonly #options: SecretBoxOptions;
  #key: KeyObject | null = null;

  constructor(options: SecretBoxOptions) {
    this.#options = options;
  }

  /** Opens again for the same `place` alone, wherever on the disk somebody puts it. */
  seal(place: readonly string[], content: Uint8Array): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#theKey(), iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.from(JSON.stringify(place)));
    const secret = Buffer.concat([cipher.update(content), cipher.final()]);
    return Buffer.concat([Buffer.from([FORM]), iv, cipher.getAuthTag(), secret]);
  }

  /** Null where the key is not the one that sealed it, or the place another. */
  open(place: readonly string[], bytes: Uint8Array): Buffer | null {
    const sealed = Buffer.from(bytes);
    const tagAt = 1 + IV_BYTES;
    const secretAt = tagAt + TAG_BYTES;
    try {
      const iv = sealed.subarray(1, tagAt);
      const decipher = createDecipheriv(CIPHER, this.#theKey(), iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(JSON.stringify(place))).setAuthTag(sealed.subarray(tagAt, secretAt));
      return Buffer.concat([decipher.update(sealed.subarray(secretAt)), decipher.final()]);
    } catch (error) {
      if (error instanceof SerenoError) throw error;
      return null;
    }
  }

  #theKey(): KeyObject {
    const { folder, keyFile, site } = this.#options;
    try {
      this.#key ??= createSecretKey(loadKey(folder, keyFile));
      return this.#key;
    } catch (cause) {
      throw new SerenoError('agent_storage', { params: { site }, cause });
    }
  }
}

/** The key file, made at first use. One that is damaged opens nothing any more, so another is made. */
function loadKey(folder: string, name: string): Buffer {
  const file = join(folder, name);
  try {
    const known = readFileSync(file);
    if (known.length === KEY_BYTES) return known;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const key = randomBytes(KEY_BYTES);
  const fresh = `${file}.new`;
  rmSync(fresh, { force: true });
  writeFileSync(fresh, key, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(fresh, file);
  // Without it the name might not outlive a power cut that the copy sealed with it does.
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
  return key;
}
