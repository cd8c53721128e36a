// Reads SQLite's write-ahead log as far as one must to tell one commit from the next.
//
// Layout (SQLite's file format, section 4): a header of 32 bytes with the page size at 8 and two salts at 16; frames of
// 24 bytes and a page each, with the size of the database at 4 in the last frame of a commit, the header's salts at 8.
import { closeSync, openSync, readSync } from 'node:fs';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;

export interface WalNews {
  /** The log was begun anew since the last look: what it held before is in the database. */
  readonly began: boolean;
  /** Where each commit ends that was not seen before, in bytes from the start of the file. */
  readonly commits: readonly number[];
}

export class WalReader {
  readonly #file: string;
  #salts = Buffer.alloc(8);
  #end = HEADER_BYTES;
  /** Frames of the log as it is now. */
  frames = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** What came since the last look. A log that is not there, or empty, holds nothing. */
  look(): WalNews {
    let fd: number;
    try {
      fd = openSync(this.#file, 'r');
    } catch {
      return this.#begin(Buffer.alloc(8), []);
    }
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      if (readSync(fd, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return this.#begin(Buffer.alloc(8), []);
      const salts = header.subarray(16, 24);
      const began = !salts.equals(this.#salts);
      if (began) this.#begin(salts, []);
      return { began, commits: this.#collect(fd, header.readUInt32BE(8)) };
    } finally {
      closeSync(fd);
    }
  }

  #begin(salts: Buffer, commits: readonly number[]): WalNews {
    const began = !salts.equals(this.#salts);
    this.#salts = Buffer.from(salts);
    this.#end = HEADER_BYTES;
    this.frames = 0;
    return { began, commits };
  }

  #collect(fd: number, pageBytes: number): number[] {
    const commits: number[] = [];
    const frame = Buffer.alloc(FRAME_HEADER_BYTES);
    while (readSync(fd, frame, 0, FRAME_HEADER_BYTES, this.#end) === FRAME_HEADER_BYTES) {
      if (!frame.subarray(8, 16).equals(this.#salts)) break;
      this.#end += FRAME_HEADER_BYTES + pageBytes;
      this.frames++;
      if (frame.readUInt32BE(4) > 0) commits.push(this.#end);
    }
    return commits;
  }
}
