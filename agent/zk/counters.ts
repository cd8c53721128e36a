// Command 50: how many users, fingers and records a terminal holds, and how many it can hold.
import { asked, Command } from './commands.ts';
import type { Conversation, RequestOptions } from './conversation.ts';

export interface Room {
  readonly fingers: number;
  readonly users: number;
  readonly records: number;
}

export interface Counters {
  readonly users: number;
  readonly fingers: number;
  readonly records: number;
  readonly oplog: number;
  readonly admins: number;
  readonly passwords: number;
  /** Left out where the answer is too short to hold it. */
  readonly capacity?: Room;
  readonly free?: Room;
  /** Terminals with a camera only (the 92-byte form). */
  readonly faces?: { readonly count: number; readonly capacity: number };
}

const COUNTS_END = 56;
const CAPACITY_END = 68;
const FREE_END = 80;
const FACES_END = 92;

/**
 * Decodes the answer's 80 or 92 bytes of u32: users @16, fingers @24, records @32, oplog @40, admins @48, passwords
 * @52, capacities @56 and free @68 as fingers, users, records, faces @80 and their capacity @88.
 * @returns null if too short for counts, as the four zero bytes of terminals that do not count.
 */
export function decodeCounters(data: Buffer): Counters | null {
  if (data.length < COUNTS_END) return null;
  return {
    users: data.readUInt32LE(16),
    fingers: data.readUInt32LE(24),
    records: data.readUInt32LE(32),
    oplog: data.readUInt32LE(40),
    admins: data.readUInt32LE(48),
    passwords: data.readUInt32LE(52),
    ...(data.length >= CAPACITY_END && { capacity: room(data, 56) }),
    ...(data.length >= FREE_END && { free: room(data, 68) }),
    ...(data.length >= FACES_END && {
      faces: { count: data.readUInt32LE(80), capacity: data.readUInt32LE(88) },
    }),
  };
}

function room(data: Buffer, at: number): Room {
  return {
    fingers: data.readUInt32LE(at),
    users: data.readUInt32LE(at + 4),
    records: data.readUInt32LE(at + 8),
  };
}

/** Reads the counters; null for a terminal that has none. Zero does not mean empty: some firmwares do not count records. */
export async function readCounters(
  conversation: Conversation,
  options: RequestOptions = {},
): Promise<Counters | null> {
  const { data } = await conversation.request({
    command: Command.readCounters,
    asked: asked('readCounters'),
    idempotent: true,
    ...options,
  });
  return decodeCounters(data);
}

/** True if nothing that the counters count has changed between two readings. */
export function sameCounters(a: Counters, b: Counters): boolean {
  return (
    a.users === b.users &&
    a.fingers === b.fingers &&
    a.admins === b.admins &&
    a.passwords === b.passwords &&
    a.oplog === b.oplog
  );
}
