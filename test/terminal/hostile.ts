// Malicious terminals: what they send when asked for a table, endless or far too much.
import { Event, Reply } from './protocol.ts';

/**
 * empty-frames, tiny-frames: a run whose frames bring nothing, or a byte each · huge-set: 96 MB announced · punches-12m:
 * twelve million punches of 8 bytes, counted and with room for them · junk-48m: 48 MB of zeros, nothing counted ·
 * trickle: a frame every 3 s · events, strays: events, or answers to no question, as fast as they go ·
 * endless-frame: one frame of 4 MB that is sent again and again, as an answer to nothing.
 */
export const HOSTILITIES = [
  'empty-frames',
  'tiny-frames',
  'huge-set',
  'punches-12m',
  'junk-48m',
  'trickle',
  'events',
  'strays',
  'endless-frame',
] as const;
export type Hostility = (typeof HOSTILITIES)[number];

/** A frame of the answer, or a pause. `replyId` is the question's unless told otherwise. */
export type Stroke =
  | { readonly command: number; readonly data?: Buffer; readonly session?: number; readonly replyId?: number }
  | { readonly ms: number };

const TABLE = 1503;
const CHUNK = 1504;
const COUNTERS = 50;
const PUNCHES = 12_000_000;
const JUNK_BYTES = 48_000_000;
const TRICKLE_MS = 3000;
/** A reply id that no test reaches. */
const NOBODY = 65_000;
const FRAME_BYTES = 32_768;

/** What is sent instead of the answer to a request; null: this one is answered as usual. */
export function onslaught(kind: Hostility, command: number, data: Buffer): Iterable<Stroke> | null {
  if (command === TABLE) return toTable(kind);
  if (command === CHUNK && (kind === 'junk-48m' || kind === 'punches-12m')) return chunk(data, kind);
  if (command === COUNTERS && kind === 'punches-12m') return [{ command: Reply.ok, data: countsOf(PUNCHES) }];
  if (command === COUNTERS && kind === 'junk-48m') return [{ command: Reply.ok, data: Buffer.alloc(4) }];
  return null;
}

function toTable(kind: Hostility): Iterable<Stroke> {
  switch (kind) {
    case 'empty-frames':
      return run(100_000, () => ({ command: Reply.data }));
    case 'tiny-frames':
      return run(4_000_000, () => ({ command: Reply.data, data: Buffer.alloc(1) }));
    case 'trickle':
      return trickle();
    case 'huge-set':
      return [{ command: Reply.ok, data: sizes(96_000_000) }];
    case 'punches-12m':
      return [{ command: Reply.ok, data: sizes(PUNCHES * 8 + 4) }];
    case 'junk-48m':
      return [{ command: Reply.ok, data: sizes(JUNK_BYTES) }];
    case 'events':
      return forEver({ command: Reply.event, session: Event.attendance, replyId: 0, data: Buffer.alloc(32) });
    case 'strays':
      return forEver({ command: Reply.ok, replyId: NOBODY, data: Buffer.alloc(16) });
    case 'endless-frame':
      return forEver({ command: Reply.data, replyId: NOBODY, data: Buffer.alloc(4_000_000) });
  }
}

function* forEver(stroke: Stroke): Generator<Stroke> {
  for (;;) yield stroke;
}

function* run(announced: number, next: () => Stroke): Generator<Stroke> {
  yield { command: Reply.prepareData, data: u32(announced, 1024) };
  for (;;) yield next();
}

function* trickle(): Generator<Stroke> {
  yield { command: Reply.prepareData, data: u32(50_000, 1024) };
  for (let count = 0; ; count++) {
    yield { command: Reply.data, session: count, data: Buffer.alloc(100) };
    yield { ms: TRICKLE_MS };
  }
}

function* chunk(request: Buffer, kind: Hostility): Generator<Stroke> {
  const [start, length] = [request.readUInt32LE(0), request.readUInt32LE(4)];
  yield { command: Reply.prepareData, data: u32(length, FRAME_BYTES) };
  for (let at = 0, count = 0; at < length; at += FRAME_BYTES, count++) {
    const data = Buffer.alloc(Math.min(FRAME_BYTES, length - at));
    const size = kind === 'junk-48m' ? JUNK_BYTES : PUNCHES * 8 + 4;
    if (start + at === 0) data.writeUInt32LE(size - 4, 0);
    yield { command: Reply.data, session: count, data };
  }
  yield { command: Reply.ok };
}

/** 5 users, and so many punches in a place for as many. */
function countsOf(records: number): Buffer {
  const counts = Buffer.alloc(92);
  counts.writeUInt32LE(5, 16);
  counts.writeUInt32LE(records, 32);
  counts.writeUInt32LE(30_000, 60);
  counts.writeUInt32LE(records, 64);
  return counts;
}

function sizes(size: number): Buffer {
  return Buffer.concat([Buffer.from([0]), u32(size, size, 0)]);
}

function u32(...values: number[]): Buffer {
  const data = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) data.writeUInt32LE(value, index * 4);
  return data;
}
