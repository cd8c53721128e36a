// Reads tables of a terminal: users, templates, attendance, operation log. One way in, every dialect out.
import { asked, Command } from './commands.ts';
import type { Conversation, RequestOptions } from './conversation.ts';
import type { Room } from './counters.ts';
import { prepareDatagramSet, readDatagramRange } from './datagram-set.ts';
import { ZkError } from './errors.ts';
import { Pace } from './pace.ts';
import { mostBytes, type SetName } from './set-bounds.ts';
import { isWholeSet, PREFIX, type SetRead } from './set-read.ts';
import { prepareStreamSet, readStreamRange } from './stream-set.ts';

export type { SetName } from './set-bounds.ts';

export interface ReadSetOptions extends RequestOptions {
  /** Bytes that came so far and bytes in all, the set's own length prefix included. */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
  /** What the terminal says it can hold: more than that is not believed. */
  readonly capacity?: Room | undefined;
  /** Called with true where the terminal hands the table out in parts (1504), false where it comes at once. */
  readonly onPrepared?: (inParts: boolean) => void;
}

/** A table as it stood at one moment, for parts of it. */
export interface OpenSet {
  /** Its bytes, without the length prefix. */
  readonly size: number;
  /** The bytes from `from` on, without `to`. @throws ZkError as `readSet` */
  read(from: number, to: number): Promise<Buffer>;
  /** Frees the terminal's buffer (1502). Never throws: what was read stays read. */
  free(): Promise<void>;
}

interface SetRow {
  readonly command: number;
  readonly selector: number;
}

const SETS: Record<SetName, SetRow> = {
  users: { command: Command.readUsers, selector: 5 },
  templates: { command: Command.readTemplates, selector: 2 },
  attendance: { command: Command.readAttendance, selector: 0 },
  oplog: { command: Command.readOplog, selector: 0 },
};

const EMPTY = Buffer.alloc(0);
/** What any read may take, whatever its size, in multiples of one exchange's time: a large table is prepared before its first byte comes. */
const GRACE_EXCHANGES = 3;
const GRACE_AT_LEAST_MS = 10_000;

/**
 * Reads a table. A terminal answers 1503 with one 1501 that holds everything, with 1500, 1501s and 2000, or with
 * 2000 and the size, whereupon 1504 fetches chunk by chunk. At the end 1502 frees the terminal's buffer.
 * @returns The set without its u32 length prefix; length 0 for an empty table.
 * @throws ZkError `refused`; `protocol` if lengths do not agree, are beyond what the terminal holds, or come at
 * less than 8 KB a second; `timeout` when nothing comes for one exchange's time.
 */
export async function readSet(
  conversation: Conversation,
  name: SetName,
  options: ReadSetOptions = {},
): Promise<Buffer> {
  const read = readOf(conversation, name, options);
  try {
    const prepared = await prepare(read);
    options.onPrepared?.('size' in prepared);
    const set = 'set' in prepared ? prepared.set : await readRange(read, 0, prepared.size);
    return withoutPrefix(set, read.words.prepare);
  } finally {
    await free(read);
  }
}

/**
 * Opens a table, of which parts are read then; `free` must be called in the end. Of one that the terminal does not hand
 * out as a whole nothing proves that a part of it is right: whoever reads must know the records that come.
 * @throws ZkError as `readSet`
 */
export async function openSet(
  conversation: Conversation,
  name: SetName,
  options: ReadSetOptions = {},
): Promise<OpenSet> {
  const read = readOf(conversation, name, options);
  try {
    const prepared = await prepare(read);
    const whole = 'set' in prepared ? withoutPrefix(prepared.set, read.words.prepare) : null;
    const size = 'size' in prepared ? Math.max(0, prepared.size - PREFIX) : (whole?.length ?? 0);
    return {
      size,
      read: async (from, to) => {
        if (whole !== null) return whole.subarray(from, to);
        return from === to
          ? EMPTY
          : await readRange({ ...read, pace: paceOf(read) }, from + PREFIX, to + PREFIX);
      },
      free: () => free(read),
    };
  } catch (error) {
    await free(read);
    throw error;
  }
}

function readOf(conversation: Conversation, name: SetName, options: ReadSetOptions): SetRead {
  const { command, selector } = SETS[name];
  const timeoutMs = options.timeoutMs ?? conversation.timeoutMs;
  const request = Buffer.alloc(11);
  request.writeUInt8(1, 0);
  request.writeUInt16LE(command, 1);
  request.writeUInt32LE(selector, 3);
  return {
    conversation,
    request,
    words: { prepare: `${asked('prepareRead')} of ${name}`, chunk: `${asked('readChunk')} of ${name}` },
    maxBytes: mostBytes(name, options.capacity),
    pace: paceOf({ timeoutMs }),
    signal: options.signal,
    timeoutMs,
    onProgress: options.onProgress ?? (() => {}),
  };
}

function paceOf({ timeoutMs }: { readonly timeoutMs: number }): Pace {
  return new Pace(Math.max(timeoutMs * GRACE_EXCHANGES, GRACE_AT_LEAST_MS));
}

function prepare(read: SetRead) {
  return read.conversation.transport === 'udp' ? prepareDatagramSet(read) : prepareStreamSet(read);
}

function readRange(read: SetRead, from: number, to: number): Promise<Buffer> {
  const range = read.conversation.transport === 'udp' ? readDatagramRange : readStreamRange;
  return range(read, from, to);
}

/** A set whose stated length is not its real one is damaged: records would be missing or shifted. */
function withoutPrefix(set: Buffer, words: string): Buffer {
  if (set.length === 0) return EMPTY;
  if (!isWholeSet(set)) {
    const length = set.length < PREFIX ? null : set.readUInt32LE(0);
    const problem = `the set says ${length ?? 'no'} bytes and has ${set.length - PREFIX}`;
    throw new ZkError('protocol', words, { problem, sent: true });
  }
  return set.subarray(PREFIX);
}

/** The data is good even if the terminal does not free its buffer. */
async function free({ conversation, signal, timeoutMs }: SetRead): Promise<void> {
  if (!conversation.isOpen) return;
  await conversation
    .request({ command: Command.freeData, asked: asked('freeData'), idempotent: true, signal, timeoutMs })
    .catch(() => {});
}
