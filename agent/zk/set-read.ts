// What all reads of a table share: names for errors, limits of size and pace, and the form of requests.
import { Reply } from './commands.ts';
import type { Conversation } from './conversation.ts';
import { ZkError } from './errors.ts';
import type { Pace } from './pace.ts';

/** One read under way, for both transports. */
export interface SetRead {
  readonly conversation: Conversation;
  /** The data of 1503. */
  readonly request: Buffer;
  readonly words: { readonly prepare: string; readonly chunk: string };
  readonly maxBytes: number;
  readonly pace: Pace;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly onProgress: (bytes: number, total: number) => void;
}

/** The answer to 1503: everything at once, its length prefix included, or the size of that, to be fetched in chunks. */
export type Prepared = { readonly set: Buffer } | { readonly size: number };

/** Bytes of the length that stands before a set. */
export const PREFIX = 4;

/** A question of this read: its signal, its deadlines. */
export function questionOf({ pace, signal, timeoutMs }: SetRead, bytes: number) {
  return { signal, timeoutMs, overallMs: pace.leftFor(bytes), progressive: true, resend: true } as const;
}

/**
 * Size in `00, u32 size, u32 size, u32 ?`; null where it is none. A bare 2000 means that there is nothing to fetch.
 * @throws ZkError `protocol` for a size that no terminal has
 */
export function announcedSize(data: Buffer, { maxBytes, words }: SetRead): number | null {
  if (data.length < 5) return null;
  const size = data.readUInt32LE(1);
  if (size > maxBytes) {
    const problem = `a size of ${size} bytes where ${maxBytes} have room`;
    throw new ZkError('protocol', words.prepare, { problem, trouble: 'too_much', sent: true });
  }
  return size;
}

/** The data of 1504. */
export function chunkRequest(start: number, length: number): Buffer {
  const data = Buffer.alloc(8);
  data.writeUInt32LE(start, 0);
  data.writeUInt32LE(length, 4);
  return data;
}

/** Chunks are never smaller than this, which fits into one datagram. */
export const SMALLEST_CHUNK = 1024;

/** True if the terminal may have refused a chunk for its size alone; then smaller ones are asked for from now on. */
export function isTooLarge(conversation: Conversation, error: ZkError, asked: number): boolean {
  if (error.code !== 'refused' || error.reply !== Reply.error || asked <= SMALLEST_CHUNK) return false;
  conversation.largestChunk = Math.max(SMALLEST_CHUNK, Math.min(conversation.largestChunk, asked) >> 1);
  return true;
}

/** True for a set that is whole by its own length prefix. */
export function isWholeSet(set: Buffer): boolean {
  return set.length >= PREFIX && set.readUInt32LE(0) === set.length - PREFIX;
}
