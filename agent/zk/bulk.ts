// Reads a whole table of a terminal: users, templates, attendance, operation log. One way in, every dialect out.
import { asked, Command, Reply } from './commands.ts';
import type { Conversation, RequestOptions } from './conversation.ts';
import { DataRun } from './data-run.ts';
import { ZkError } from './errors.ts';
import type { Answer, Step } from './exchange.ts';

export type SetName = 'users' | 'templates' | 'attendance' | 'oplog';

export interface ReadSetOptions extends RequestOptions {
  /** Bytes that came so far and bytes in all, the set's own length prefix included. */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
}

interface SetRow {
  readonly command: number;
  readonly selector: number;
  readonly words: string;
}

const SETS: Record<SetName, SetRow> = {
  users: { command: Command.readUsers, selector: 5, words: 'read users (1503/9)' },
  templates: { command: Command.readTemplates, selector: 2, words: 'read templates (1503/7)' },
  attendance: { command: Command.readAttendance, selector: 0, words: 'read attendance (1503/13)' },
  oplog: { command: Command.readOplog, selector: 0, words: 'read oplog (1503/34)' },
};

/** Far above any terminal (100,000 records of 40 bytes are 4 MB, 20,000 templates some 30 MB). */
const MAX_SET = 96 * 1024 * 1024;
/** Most that one 1504 may ask for. */
const CHUNK = { tcp: 65472, udp: 16384 } as const;
const PREFIX = 4;
const EMPTY = Buffer.alloc(0);

/** The answer to 1503: everything at once, or its size, to be fetched in chunks. */
type Prepared =
  | { readonly kind: 'whole'; readonly set: Buffer }
  | { readonly kind: 'size'; readonly size: number };

/**
 * Reads a table. A terminal answers 1503 with one 1501 that holds everything, with 1500, 1501s and 2000, or with
 * 2000 and the size, whereupon 1504 fetches chunk by chunk. At the end 1502 frees the terminal's buffer.
 * @returns The set without its u32 length prefix; length 0 for an empty table.
 * @throws ZkError `refused`; `protocol` if lengths do not agree; `timeout` when nothing comes for one exchange's time.
 */
export async function readSet(
  conversation: Conversation,
  name: SetName,
  options: ReadSetOptions = {},
): Promise<Buffer> {
  const { words } = SETS[name];
  const prepared = await prepare(conversation, name, options);
  try {
    const set =
      prepared.kind === 'whole'
        ? prepared.set
        : await readChunks(conversation, prepared.size, words, options);
    return withoutPrefix(set, words);
  } finally {
    await free(conversation, options);
  }
}

function prepare(conversation: Conversation, name: SetName, options: ReadSetOptions): Promise<Prepared> {
  const { command, selector, words } = SETS[name];
  const data = Buffer.alloc(11);
  data.writeUInt8(1, 0);
  data.writeUInt16LE(command, 1);
  data.writeUInt32LE(selector, 3);
  const run = new DataRun({ asked: words, maxBytes: MAX_SET, onBytes: options.onProgress });
  let begun = false;
  return conversation.ask<Prepared>({
    command: Command.prepareRead,
    data,
    asked: words,
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    progressive: true,
    resend: true,
    read: (answer) => {
      if (!begun && answer.command === Reply.ok) {
        return { done: true, value: { kind: 'size', size: announcedSize(answer.data, words) } };
      }
      begun = true;
      return whole(run, answer);
    },
  });
}

function whole(run: DataRun, answer: Answer): Step<Prepared> {
  const step = run.accept(answer);
  const prepared = (set: Buffer): Prepared => ({ kind: 'whole', set });
  if (step.done) return { done: true, value: prepared(step.value) };
  if (step.complete === undefined) return { done: false };
  return { done: false, complete: { value: prepared(step.complete.value) } };
}

/** Size in `00, u32 size, u32 size, u32 ?`. A bare 2000 says that there is nothing to fetch. */
function announcedSize(data: Buffer, words: string): number {
  if (data.length === 0) return 0;
  const size = data.length < 5 ? null : data.readUInt32LE(1);
  if (size === null || size > MAX_SET) {
    throw new ZkError('protocol', words, { problem: `a size of ${size ?? 'too few'} bytes`, sent: true });
  }
  return size;
}

async function readChunks(
  conversation: Conversation,
  size: number,
  words: string,
  options: ReadSetOptions,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const most = CHUNK[conversation.transport];
  let at = 0;
  while (at < size) {
    const start = at;
    const chunk = await readChunk(conversation, start, Math.min(most, size - start), words, {
      ...options,
      onProgress: (bytes) => options.onProgress?.(start + bytes, size),
    });
    // A terminal may give less than asked for; the next chunk begins where this one ended.
    if (chunk.length === 0) throw new ZkError('protocol', words, { problem: 'an empty chunk', sent: true });
    chunks.push(chunk);
    at += chunk.length;
  }
  return Buffer.concat(chunks, size);
}

function readChunk(
  conversation: Conversation,
  start: number,
  length: number,
  words: string,
  options: ReadSetOptions,
): Promise<Buffer> {
  const data = Buffer.alloc(8);
  data.writeUInt32LE(start, 0);
  data.writeUInt32LE(length, 4);
  const run = new DataRun({ asked: words, maxBytes: length, onBytes: options.onProgress });
  return conversation.ask({
    command: Command.readChunk,
    data,
    asked: words,
    timeoutMs: options.timeoutMs,
    signal: options.signal,
    progressive: true,
    resend: true,
    read: (answer) => run.accept(answer),
  });
}

/** A set that says another length than it has is damaged: records would be missing or shifted. */
function withoutPrefix(set: Buffer, words: string): Buffer {
  if (set.length === 0) return EMPTY;
  const length = set.length < PREFIX ? null : set.readUInt32LE(0);
  if (length !== set.length - PREFIX) {
    const problem = `the set says ${length ?? 'no'} bytes and has ${set.length - PREFIX}`;
    throw new ZkError('protocol', words, { problem, sent: true });
  }
  return set.subarray(PREFIX);
}

/** What was read stays read: a terminal that does not free its buffer is no reason to throw the data away. */
async function free(conversation: Conversation, options: RequestOptions): Promise<void> {
  if (!conversation.isOpen) return;
  await conversation
    .request({ command: Command.freeData, asked: asked('freeData'), ...pickRequest(options) })
    .catch(() => {});
}

function pickRequest({ signal, timeoutMs }: RequestOptions): RequestOptions {
  return { signal, timeoutMs };
}
