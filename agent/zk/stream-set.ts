// A table over TCP: what comes is in order and whole, or the line is broken.

import { Command, Reply } from './commands.ts';
import { DataRun } from './data-run.ts';
import { isZkError, ZkError } from './errors.ts';
import type { Answer, Step } from './exchange.ts';
import { announcedSize, chunkRequest, isTooLarge, questionOf, type SetRead } from './set-read.ts';

/** The answer to 1503: everything at once, or its size, to be fetched in chunks. */
type Prepared =
  | { readonly kind: 'whole'; readonly set: Buffer }
  | { readonly kind: 'size'; readonly size: number };

/** See `readSet`. @returns the set with its length prefix */
export async function readStreamSet(read: SetRead): Promise<Buffer> {
  const prepared = await prepare(read);
  return prepared.kind === 'whole' ? prepared.set : await readChunks(read, prepared.size);
}

function prepare(read: SetRead): Promise<Prepared> {
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
        return { done: true, value: { kind: 'size', size: sizeOf(answer.data, read) } };
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
  const prepared = (set: Buffer): Prepared => ({ kind: 'whole', set });
  if (step.done) return { done: true, value: prepared(step.value) };
  if (step.complete === undefined) return { done: false };
  return { done: false, complete: { value: prepared(step.complete.value) } };
}

async function readChunks(read: SetRead, size: number): Promise<Buffer> {
  const { conversation, words } = read;
  // Its memory is taken as it is filled, not before.
  const set = Buffer.allocUnsafeSlow(size);
  let at = 0;
  while (at < size) {
    const length = Math.min(conversation.largestChunk, size - at);
    const chunk = await readChunk(read, at, length, size);
    if (chunk === null) continue;
    // A terminal may give less than asked for; the next chunk begins where this one ended.
    if (chunk.length === 0)
      throw new ZkError('protocol', words.chunk, { problem: 'an empty chunk', sent: true });
    chunk.copy(set, at);
    at += chunk.length;
    read.pace.check(at, words.chunk);
  }
  return set;
}

/** Null where the terminal refuses as much at once. */
async function readChunk(read: SetRead, start: number, length: number, size: number): Promise<Buffer | null> {
  const { conversation, words, pace, onProgress } = read;
  const onBytes = (bytes: number) => onProgress(start + bytes, size);
  const run = new DataRun({ asked: words.chunk, maxBytes: length, onBytes });
  try {
    return await conversation.ask({
      command: Command.readChunk,
      data: chunkRequest(start, length),
      asked: words.chunk,
      ...questionOf(read, start + length),
      read: (answer) => {
        const step = run.accept(answer);
        if (!step.done) pace.check(start, words.chunk);
        return step;
      },
    });
  } catch (error) {
    if (isZkError(error) && isTooLarge(conversation, error, length)) return null;
    throw error;
  }
}
