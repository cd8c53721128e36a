// A table over UDP: datagrams are lost, doubled and overtake each other, so every byte is accounted for or asked for again.

import { Command, Reply } from './commands.ts';
import type { Ask, Conversation } from './conversation.ts';
import { DatagramRun, type Tried } from './datagram-run.ts';
import { isZkError, ZkError } from './errors.ts';
import type { Step } from './exchange.ts';
import {
  announcedSize,
  chunkRequest,
  isTooLarge,
  isWholeSet,
  type Prepared,
  questionOf,
  type SetRead,
  SMALLEST_CHUNK,
} from './set-read.ts';

/** How often in a row a question may bring nothing new. */
const TRIES = 8;
/** A silence in the middle of an answer ends a try; each further try in a row is given twice as long, ms. */
const QUIET_MS = 250;
const QUIET_AT_MOST_MS = 1000;
/** This many tries in a row that bring a closing frame and nothing else mean an empty table. */
const CLOSED_ONLY = 3;
/** After this many tries that brought nothing new, less is asked for at a time. */
const TRIES_BEFORE_LESS = 2;

type Answered = Tried | { readonly size: number };

/** Milliseconds of silence that end a try. */
function quietMs(tries: number): number {
  return Math.min(QUIET_MS * 2 ** tries, QUIET_AT_MOST_MS);
}

/** Asks for a set (1503). @returns the set with its length prefix, or its size, to be fetched in chunks */
export async function prepareDatagramSet(read: SetRead): Promise<Prepared> {
  const answered = await believed(read.words.prepare, (tries) => prepare(read, tries));
  return 'size' in answered ? answered : { set: answered.data };
}

/**
 * A small answer that is data, a template for instance.
 * @throws ZkError `protocol` where it does not come whole in several tries
 */
export async function readDatagramAnswer(
  conversation: Conversation,
  question: Omit<Ask<Tried>, 'read'>,
  maxBytes: number,
): Promise<Buffer> {
  const answer = await believed(question.asked, (tries) => {
    const run = new DatagramRun({
      asked: question.asked,
      maxBytes,
      session: conversation.session,
      // Nothing in it tells how long it is.
      isWhole: () => false,
      mayChange: true,
      quietMs: quietMs(tries),
    });
    return conversation.ask<Tried>({ ...question, read: (frame, sends) => run.accept(frame, sends) });
  });
  return answer.data;
}

/** Tries until an answer is whole, or two in a row say the same where one alone is no proof. */
async function believed<T extends Tried | { readonly size: number }>(
  words: string,
  attempt: (tries: number) => Promise<T>,
): Promise<T | Tried> {
  let before: Tried | null = null;
  let came = 0;
  let closed = 0;
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = await attempt(tries);
    if ('size' in answer || answer.whole) return answer;
    const { claimed, closedOnly, data } = answer;
    if (claimed !== null && before?.claimed?.equals(claimed)) return { ...answer, data: claimed };
    // A lone closing frame may be all that is left of an answer.
    closed = closedOnly ? closed + 1 : 0;
    if (closed === CLOSED_ONLY) return answer;
    before = answer;
    came = Math.max(came, data.length);
  }
  throw incomplete(words, `${came} bytes came of an answer`);
}

function prepare(read: SetRead, tries: number): Promise<Answered> {
  const { conversation, request, words, maxBytes, pace } = read;
  const run = new DatagramRun({
    asked: words.prepare,
    maxBytes,
    session: conversation.session,
    isWhole: isWholeSet,
    mayChange: true,
    quietMs: quietMs(tries),
  });
  let sizes = 0;
  return conversation.ask<Answered>({
    command: Command.prepareRead,
    data: request,
    asked: words.prepare,
    ...questionOf(read, maxBytes),
    read: (answer, sends, sinceMs) => {
      pace.check(run.bytes, words.prepare);
      const size = answer.command === Reply.ok ? sizeIn(answer.data, read) : null;
      if (size !== null) {
        const value = { size };
        // The terminal prepares the table once more for each repeat: chunks of two tables must not be mixed. It may
        // need as long for each; where a repeat was lost, nothing more comes.
        if (++sizes >= sends) return { done: true, value };
        return { done: false, complete: { value, withinMs: sinceMs } };
      }
      return run.accept(answer, sends) satisfies Step<Tried>;
    },
  });
}

/** A closing frame may carry stray data: a size stands there twice. */
function sizeIn(data: Buffer, read: SetRead): number | null {
  if (data.length < 9 || data.readUInt32LE(1) !== data.readUInt32LE(5)) return null;
  return announcedSize(data, read);
}

/** The bytes `from`… `to` of a prepared set, its length prefix counted. */
export async function readDatagramRange(read: SetRead, from: number, to: number): Promise<Buffer> {
  const { conversation, words, pace, onProgress } = read;
  const chunks: Buffer[] = [];
  let at = from;
  for (let tries = 0; at < to; ) {
    const most = tries < TRIES_BEFORE_LESS ? conversation.largestChunk : SMALLEST_CHUNK;
    const length = Math.min(most, conversation.largestChunk, to - at);
    const proven = await readChunk(read, { at, length, came: at - from }, tries);
    if (proven === null) continue;
    if (proven.length === 0) {
      if (++tries >= TRIES) throw incomplete(words.chunk, `${at - from} of ${to - from} bytes came`);
      continue;
    }
    tries = 0;
    chunks.push(proven);
    at += proven.length;
    pace.check(at - from, words.chunk);
    onProgress(at - from, to - from);
  }
  return Buffer.concat(chunks, to - from);
}

/** What is proven of a chunk from its beginning on, perhaps nothing; null where the terminal refuses as much at once. */
async function readChunk(
  read: SetRead,
  { at, length, came }: { readonly at: number; readonly length: number; readonly came: number },
  tries: number,
): Promise<Buffer | null> {
  const { conversation, words } = read;
  const run = new DatagramRun({
    asked: words.chunk,
    maxBytes: length,
    session: conversation.session,
    isWhole: (data) => data.length === length,
    mayChange: false,
    quietMs: quietMs(tries),
  });
  try {
    const tried = await conversation.ask<Tried>({
      command: Command.readChunk,
      data: chunkRequest(at, length),
      asked: words.chunk,
      ...questionOf(read, came + length),
      read: (answer, sends) => run.accept(answer, sends),
    });
    // Its pieces carry no numbers: from now on each chunk is a single piece.
    if (tried.claimed !== null)
      conversation.largestChunk = Math.min(conversation.largestChunk, tried.largest);
    return tried.data;
  } catch (error) {
    if (isZkError(error) && isTooLarge(conversation, error, length)) return null;
    throw error;
  }
}

/** The line loses too much, or the order of the pieces is unknown. The conversation can go on. */
function incomplete(asked: string, what: string): ZkError {
  const problem = `${what} in ${TRIES} tries`;
  return new ZkError('protocol', asked, { problem, trouble: 'lost', sent: true });
}
