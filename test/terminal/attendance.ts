// Punches and their records of 8, 16, 40 and 49 bytes (docs/protocol.md, Attendance records).
import { unpackTime } from './wall-clock.ts';

export type AttendanceWidth = 8 | '8b' | 16 | 40 | 49;

export interface Punch {
  readonly uid: number;
  readonly userId: string;
  /** How the person was verified; `status` in the API. */
  readonly verify: number;
  /** In, out, …; `punch` in the API. */
  readonly state: number;
  /** Packed; may be a date that no calendar has. */
  readonly packedTime: number;
}

export interface TerminalPunch extends Punch {
  /** Local time, or null where the packed one is impossible. */
  readonly time: string | null;
}

export function readablePunch(punch: Punch): TerminalPunch {
  return { ...punch, time: unpackTime(punch.packedTime) };
}

export function encodePunch(punch: Punch, width: AttendanceWidth): Buffer {
  if (width === 8 || width === '8b') return eightBytes(punch, width);
  const record = Buffer.alloc(width);
  if (width === 16) {
    record.writeUInt32LE(Number(punch.userId) % 0x1_0000_0000 || 0, 0);
    record.writeUInt32LE(punch.packedTime, 4);
    record.writeUInt8(punch.verify, 8);
    record.writeUInt8(punch.state, 9);
    return record;
  }
  record.writeUInt16LE(punch.uid, 0);
  record.write(punch.userId, 2, 24, 'latin1');
  record.writeUInt8(punch.verify, 26);
  record.writeUInt32LE(punch.packedTime, 27);
  record.writeUInt8(punch.state, 31);
  return record;
}

function eightBytes(punch: Punch, width: 8 | '8b'): Buffer {
  const record = Buffer.alloc(8);
  record.writeUInt16LE(punch.uid, 0);
  if (width === 8) {
    record.writeUInt8(punch.verify, 2);
    record.writeUInt32LE(punch.packedTime, 3);
    record.writeUInt8(punch.state, 7);
  } else {
    record.writeUInt8(((punch.state & 0x0f) << 4) | (punch.verify & 0x0f), 2);
    record.writeUInt32LE(punch.packedTime, 4);
  }
  return record;
}
