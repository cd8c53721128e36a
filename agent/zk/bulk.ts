// Reads a whole table of a terminal: users, templates, attendance, operation log. One way in, every dialect out.
import { asked, Command } from './commands.ts';
import type { Conversation, RequestOptions } from './conversation.ts';
import { readDatagramSet } from './datagram-set.ts';
import { ZkError } from './errors.ts';
import { Pace } from './pace.ts';
import { isWholeSet, PREFIX, type SetRead } from './set-read.ts';
import { readStreamSet } from './stream-set.ts';

export type SetName = 'users' | 'templates' | 'attendance' | 'oplog';

export interface ReadSetOptions extends RequestOptions {
  /** Bytes that came so far and bytes in all, the set's own length prefix included. */
  readonly onProgress?: ((bytes: number, total: number) => void) | undefined;
  /** Most bytes that are believed, where it is known what the terminal can hold. */
  readonly maxBytes?: number | undefined;
}

interface SetRow {
  readonly command: number;
  readonly selector: number;
  readonly words: string;
  /** Most bytes that any terminal is believed to hold. */
  readonly ceiling: number;
}

const MB = 1024 * 1024;
const SETS: Record<SetName, SetRow> = {
  // A uid is a u16, and no record is longer than 72 bytes.
  users: { command: Command.readUsers, selector: 5, words: 'read users', ceiling: 0xffff * 72 + 4 },
  templates: { command: Command.readTemplates, selector: 2, words: 'read templates', ceiling: 48 * MB },
  // Half a million records of 49 bytes.
  attendance: { command: Command.readAttendance, selector: 0, words: 'read attendance', ceiling: 24 * MB },
  oplog: { command: Command.readOplog, selector: 0, words: 'read oplog', ceiling: 8 * MB },
};

const EMPTY = Buffer.alloc(0);
/** What a read may take whatever its size, in exchanges' times: a large table is prepared before its first byte. */
const GRACE_EXCHANGES = 3;

/**
 * Reads a table. A terminal answers 1503 with one 1501 that holds everything, with 1500, 1501s and 2000, or with
 * 2000 and the size, whereupon 1504 fetches chunk by chunk. At the end 1502 frees the terminal's buffer.
 * @returns The set without its u32 length prefix; length 0 for an empty table.
 * @throws ZkError `refused`; `protocol` if lengths do not agree, or are beyond what a terminal holds; `timeout` when
 * nothing comes for one exchange's time, or less than 8 KB a second.
 */
export async function readSet(
  conversation: Conversation,
  name: SetName,
  options: ReadSetOptions = {},
): Promise<Buffer> {
  const { command, selector, words, ceiling } = SETS[name];
  const timeoutMs = options.timeoutMs ?? conversation.timeoutMs;
  const request = Buffer.alloc(11);
  request.writeUInt8(1, 0);
  request.writeUInt16LE(command, 1);
  request.writeUInt32LE(selector, 3);
  const read: SetRead = {
    conversation,
    request,
    words: { prepare: `${words} (1503/${command})`, chunk: `${words} (1504)` },
    maxBytes: Math.min(options.maxBytes ?? ceiling, ceiling),
    pace: new Pace(timeoutMs * GRACE_EXCHANGES),
    signal: options.signal,
    timeoutMs,
    onProgress: options.onProgress ?? (() => {}),
  };
  try {
    const set = await (conversation.transport === 'udp' ? readDatagramSet(read) : readStreamSet(read));
    return withoutPrefix(set, read.words.prepare);
  } finally {
    await free(conversation, options);
  }
}

/** A set that says another length than it has is damaged: records would be missing or shifted. */
function withoutPrefix(set: Buffer, words: string): Buffer {
  if (set.length === 0) return EMPTY;
  if (!isWholeSet(set)) {
    const length = set.length < PREFIX ? null : set.readUInt32LE(0);
    const problem = `the set says ${length ?? 'no'} bytes and has ${set.length - PREFIX}`;
    throw new ZkError('protocol', words, { problem, sent: true });
  }
  return set.subarray(PREFIX);
}

/** What was read stays read: a terminal that does not free its buffer is no reason to throw the data away. */
async function free(conversation: Conversation, { signal, timeoutMs }: RequestOptions): Promise<void> {
  if (!conversation.isOpen) return;
  await conversation
    .request({ command: Command.freeData, asked: asked('freeData'), idempotent: true, signal, timeoutMs })
    .catch(() => {});
}
