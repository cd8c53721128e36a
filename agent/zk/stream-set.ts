// A table over TCP: what comes is in order and whole, or the line is broken.

import { Command, Reply } from './commands.ts';
import { DataRun } from './data-run.ts';
import { isZkError, ZkError } from './errors.ts';
import type { Answer, Step } from './exchange.ts';
import {
  announcedSize,
  chunkRequest,
  isTooLarge,
  type Prepared,
  questionOf,
  type SetRead,
} from './set-read.ts';

/** Asks for a set (1503). @returns the set with its length prefix, or its size, to be fetched in chunks */
export function prepareStreamSet(read: SetRead): Promise<Prepared> {
  const { conversation, request, words, maxBytes, pace, onProgress } = read;
  const run = new DataRun({ asked: words.prepare, maxBytes, pace, onBytes: onProgress });
  let begun = false;
  return conversation.ask<Prepared>({
    command: Command.prepareRead,
    data: request,
    asked: words.prepare,
    ...questionOf(read, maxBytes),
    read: (answer) => {
      if (!begun && answer.command === Reply.ok) {
        return { done: true, value: { size: sizeOf(answer.data, read) } };
      }
      begun = true;
      return whole(run, answer);
    },
  });
}

function sizeOf(data: Buffer, read: SetRead): number {
  if (data.length === 0) return 0;
  const size = announcedSize(data, read);
  if (size === null) {
    throw new ZkError('protocol', read.words.prepare, { problem: 'a size of too few bytes', sent: true });
  }
  return size;
}

function whole(run: DataRun, answer: Answer): Step<Prepared> {
  const step = run.accept(answer);
  const prepared = (set: Buffer): Prepared => ({ set });
  if (step.done) return { done: true, value: prepared(step.value) };
  if (step.complete === undefined) return { done: false };
  return { done: false, complete: { value: prepared(step.complete.value) } };
}

/** The bytes `from`… `to` of a prepared set, its length prefix counted. */
export async function readStreamRange(read: SetRead, from: number, to: number): Promise<Buffer> {
  const { conversation, words } = read;
  // Memory is allocated as it is filled, not before.
  const range = Buffer.allocUnsafeSlow(to - from);
  let at = from;
  while (at < to) {
    const length = Math.min(conversation.largestChunk, to - at);
    const chunk = await readChunk(read, { at, length, came: at - from, total: to - from });
    if (chunk === null) continue;
    // A terminal may return less than asked for; the next chunk begins where this one ended.
    if (chunk.length === 0)
      throw new ZkError('protocol', words.chunk, { problem: 'an empty chunk', sent: true });
    chunk.copy(range, at - from);
    at += chunk.length;
    read.pace.check(at - from, words.chunk);
  }
  return range;
}

/** One chunk of a range: what came of the range before it, and how long that is in all. */
interface Chunk {
  readonly at: number;
  readonly length: number;
  readonly came: number;
  readonly total: number;
}

/** Null if the terminal refuses that much at once. */
async function readChunk(read: SetRead, { at, length, came, total }: Chunk): Promise<Buffer | null> {
  const { conversation, words, pace, onProgress } = read;
  const onBytes = (bytes: number) => onProgress(came + bytes, total);
  const run = new DataRun({ asked: words.chunk, maxBytes: length, onBytes });
  try {
    return await conversation.ask({
      command: Command.readChunk,
      data: chunkRequest(at, length),
      asked: words.chunk,
      ...questionOf(read, came + length),
      read: (answer) => {
        const step = run.accept(answer);
        if (!step.done) pace.check(came, words.chunk);
        return step;
      },
    });
  } catch (error) {
    if (isZkError(error) && isTooLarge(conversation, error, length)) return null;
    throw error;
  }
}
