// What a transaction is about to write, on disk before the first of its rows: a killed process finishes it at its next start.
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export type Item = Readonly<Record<string, unknown>>;

/** One row as it shall be; null where it shall be gone. */
export interface Write {
  readonly TableName: string;
  readonly Key: Item;
  readonly Item: Item | null;
}

export interface Intent {
  /** The writes of a transaction that was under way when the process ended, or null. */
  read(): readonly Write[] | null;
  /** On disk when it returns, whole or not at all. */
  write(writes: readonly Write[]): void;
  clear(): void;
}

export function intentFile(file: string): Intent {
  return {
    read: () => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Write[]) : null),
    write(writes) {
      const draft = `${file}.new`;
      const handle = openSync(draft, 'w', 0o600);
      writeSync(handle, JSON.stringify(writes));
      fsyncSync(handle);
      closeSync(handle);
      renameSync(draft, file);
      // Windows opens no folders, and keeps what was renamed.
      if (process.platform === 'win32') return;
      const folder = openSync(dirname(file), 'r');
      fsyncSync(folder);
      closeSync(folder);
    },
    clear: () => rmSync(file, { force: true }),
  };
}

/** For a store that is in memory itself. */
export const noIntent: Intent = { read: () => null, write: () => {}, clear: () => {} };
