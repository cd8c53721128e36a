// What deletes took away, kept for `undo_days`: encrypted with a key that never leaves this agent's data folder.
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SerenoError } from '../../shared/errors.ts';
import type { UndoTable } from './undo-table.ts';

export interface UndoVaultOptions {
  /** The agent's data folder, where `undo.key` lies. */
  readonly folder: string;
  readonly site: string;
  /** 0 keeps nothing. */
  readonly days: number;
  readonly now: () => number;
}

const DAY_MS = 86_400_000;
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** First byte of what is sealed, so that another form can follow one day. */
const FORM = 1;

/** Synchronous, as the journal is. @throws SerenoError `agent_storage` where disk or key file cannot be used. */
export class UndoVault {
  readonly #table: UndoTable;
  readonly #options: UndoVaultOptions;
  #key: Buffer | null = null;

  constructor(table: UndoTable, options: UndoVaultOptions) {
    this.#table = table;
    this.#options = options;
  }

  /** False where `undo_days` is 0. */
  get keeps(): boolean {
    return this.#options.days > 0;
  }

  /** Seals `content` and stores it; it is on disk when this returns. */
  put(device: string, userId: string, content: Buffer): void {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(CIPHER, this.#theKey(), iv, { authTagLength: TAG_BYTES });
    cipher.setAAD(bound(device, userId));
    const secret = Buffer.concat([cipher.update(content), cipher.final()]);
    const sealed = Buffer.concat([Buffer.from([FORM]), iv, cipher.getAuthTag(), secret]);
    this.#table.put(device, userId, sealed, this.#options.now());
  }

  /** What was kept; null where nothing is, where its time is over, and where the key is not the one that sealed it. */
  find(device: string, userId: string): Buffer | null {
    const row = this.#table.find(device, userId);
    if (row === null || !this.keeps || row.at < this.#oldest()) return null;
    const sealed = Buffer.from(row.sealed);
    const [iv, tag] = [
      sealed.subarray(1, 1 + IV_BYTES),
      sealed.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES),
    ];
    try {
      const decipher = createDecipheriv(CIPHER, this.#theKey(), iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(bound(device, userId)).setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(1 + IV_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (error) {
      if (error instanceof SerenoError) throw error;
      return null;
    }
  }

  erase(device: string, userId: string): void {
    this.#table.erase(device, userId);
  }

  /** Erases what is older than `undo_days`; with 0, all of it. */
  sweep(): void {
    this.#table.eraseBefore(this.keeps ? this.#oldest() : Number.MAX_SAFE_INTEGER);
  }

  #oldest(): number {
    return this.#options.now() - this.#options.days * DAY_MS;
  }

  #theKey(): Buffer {
    try {
      this.#key ??= loadKey(this.#options.folder);
      return this.#key;
    } catch (cause) {
      throw new SerenoError('agent_storage', { params: { site: this.#options.site }, cause });
    }
  }
}

/** A copy opens for its device and user alone, wherever in the table somebody puts it. */
function bound(device: string, userId: string): Buffer {
  return Buffer.from(JSON.stringify([device, userId]));
}

/** The key file, made at first use. One that is damaged opens nothing any more, so another is made. */
function loadKey(folder: string): Buffer {
  const file = join(folder, 'undo.key');
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
