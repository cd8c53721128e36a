// How terminals hand out a table, for tests of bulk reads.
import type { Payload } from '../payload.ts';
import type { Handler, Line } from './peer.ts';

/** A set of so many bytes as terminals send it, its length before it. */
export function setOf(bytes: number): Buffer {
  const set = Buffer.alloc(4 + bytes);
  set.writeUInt32LE(bytes, 0);
  for (let at = 4; at < set.length; at++) set.writeUInt8((at * 31) % 251, at);
  return set;
}

export function u32(...values: number[]): Buffer {
  const data = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) data.writeUInt32LE(value, index * 4);
  return data;
}

/** The size of a prepared set, as 1503 answers it. */
export const sizes = (size: number) => Buffer.concat([Buffer.from([0]), u32(size, size, 0)]);

/** 1500, then 1501s counted in their session field, then 2000 that repeats the last count. */
export function run(line: Line, data: Buffer, frame: number): void {
  line.reply(1500, u32(data.length, frame));
  let count = 0;
  for (let at = 0; at < data.length; at += frame) line.reply(1501, data.subarray(at, at + frame), count++);
  line.reply(2000, undefined, Math.max(0, count - 1));
}

export type Dialect = (set: Buffer) => Handler;
/** What is said to a command; 2000 to any other. */
export type Answers = Partial<Record<number, (request: Payload, line: Line) => void>>;

export const answering =
  (answers: Answers): Handler =>
  (request, line) => {
    const answer = answers[request.command];
    if (answer === undefined) line.reply(2000);
    else answer(request, line);
  };

/** Says the size to 1503 and hands out what 1504 asks for. */
export const chunked =
  (send: (line: Line, chunk: Buffer) => void): Dialect =>
  (set) =>
    answering({
      1503: (_request, line) => line.reply(2000, sizes(set.length)),
      1504: ({ data }, line) => {
        const start = data.readUInt32LE(0);
        send(line, set.subarray(start, start + data.readUInt32LE(4)));
      },
    });
