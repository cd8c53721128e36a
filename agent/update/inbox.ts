// Where updates are asked for: a folder in which the agent may put one file, and from which the updater, who is root, takes it.
import { closeSync, constants, fstatSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { type UpdateRequest, updateRequestSchema } from '../../shared/domain/agent-update.ts';
import { writeDurably } from './durable.ts';
import { REQUEST_FILE } from './places.ts';

const LONGEST = 8192;
/** What a later agent may add is passed over. */
const readSchema = z.object(updateRequestSchema.shape);

export interface Inbox {
  /** What is asked for; null: nothing, or nothing that can be understood. */
  look(): UpdateRequest | null;
  /** It was taken, or is of no use. */
  clear(): void;
}

export class InboxFolder implements Inbox {
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, REQUEST_FILE);
  }

  look(): UpdateRequest | null {
    try {
      return readSchema.parse(JSON.parse(readOwnFile(this.#file)));
    } catch {
      return null;
    }
  }

  clear(): void {
    rmSync(this.#file, { force: true });
  }
}

/** Asks for an update; one that was not taken yet is replaced. On disk when it returns. @throws the file system's errors */
export function askUpdater(folder: string, request: UpdateRequest): void {
  writeDurably(join(folder, REQUEST_FILE), `${JSON.stringify(request)}\n`, 0o644);
}

/** The agent may put anything there: a link, a pipe, a huge file. @throws Error */
function readOwnFile(path: string): string {
  const handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile() || stats.size > LONGEST) throw new Error('no request');
    const bytes = Buffer.alloc(LONGEST);
    return bytes.toString('utf8', 0, readSync(handle, bytes, 0, LONGEST, 0));
  } finally {
    closeSync(handle);
  }
}
