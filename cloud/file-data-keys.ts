// Data keys of a machine that has no key service: wrapped under a key file that only its owner may read.
import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { type DataKey, type DataKeys, disclose, enclose, UnsealError } from './seal.ts';

const KEY_BYTES = 32;
/** Nobody but the owner may read or write it. */
const OTHERS = 0o077;

/** @throws UnsealError where the file is no key, or others may read it */
function keyIn(file: string): Buffer {
  if ((statSync(file).mode & OTHERS) !== 0) throw new UnsealError('others may read the key file: chmod 600');
  const key = readFileSync(file);
  if (key.length !== KEY_BYTES) throw new UnsealError('the key file does not hold 32 bytes');
  return key;
}

export class FileDataKeys implements DataKeys {
  readonly #file: string;
  #key: Buffer | null = null;

  constructor(file: string) {
    this.#file = file;
  }

  async fresh(tenant: string): Promise<DataKey> {
    const key = randomBytes(KEY_BYTES);
    return { key, wrapped: enclose(this.#theKey(), Buffer.from(tenant), key) };
  }

  async unwrapped(tenant: string, wrapped: Uint8Array): Promise<Uint8Array> {
    return disclose(this.#theKey(), Buffer.from(tenant), wrapped);
  }

  #theKey(): Buffer {
    this.#key ??= keyIn(this.#file);
    return this.#key;
  }
}
