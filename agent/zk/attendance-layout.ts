// Where the fields of an attendance record lie, for the five layouts of the field.

/** Bytes of a record; `8b` is the second layout of 8 bytes. */
export type AttendanceWidth = 8 | '8b' | 16 | 40 | 49;

/** What an operator can state: bytes. */
export type StatedWidth = Exclude<AttendanceWidth, '8b'>;

export interface AttendanceRecord {
  /** Left out where the layout has none. */
  readonly uid?: number;
  /** Left out where the layout has none: then the uid leads to it through the roster. */
  readonly userId?: string;
  /** How the person was verified. */
  readonly status: number;
  /** In, out, break … */
  readonly punch: number;
  /** `YYYY-MM-DDTHH:MM:SS`, or null for an impossible date. */
  readonly time: string | null;
}

/** Records are read where they lie, at `at` in their set: there may be 100,000 of them. */
export interface AttendanceLayout {
  readonly bytes: number;
  /** False for records with a uid and no badge: only the roster leads to it. */
  readonly hasBadge: boolean;
  /** Where the u32 time is. */
  readonly timeAt: number;
  readonly decode: (set: Buffer, at: number, time: string | null) => AttendanceRecord;
  /** Whether the bytes around the time are ones that a terminal writes. */
  readonly makesSense: (set: Buffer, at: number) => boolean;
}

const USER_ID_AT = 2;
const USER_ID_BYTES = 24;

function userIdEnd(set: Buffer, at: number): number {
  const limit = at + USER_ID_AT + USER_ID_BYTES;
  let end = at + USER_ID_AT;
  while (end < limit && set[end] !== 0) end += 1;
  return end;
}

function isPrintable(set: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = set.readUInt8(at);
    if (byte <= 0x20 || byte >= 0x7f) return false;
  }
  return to > from;
}

/** uid u16, user_id 24 @2, verify @26, time u32 @27, state @31; what follows is not understood. */
const WITH_USER_ID = {
  hasBadge: true,
  timeAt: 27,
  decode: (set: Buffer, at: number, time: string | null): AttendanceRecord => ({
    uid: set.readUInt16LE(at),
    userId: set.toString('latin1', at + USER_ID_AT, userIdEnd(set, at)),
    status: set.readUInt8(at + 26),
    punch: set.readUInt8(at + 31),
    time,
  }),
  makesSense: (set: Buffer, at: number) => isPrintable(set, at + USER_ID_AT, userIdEnd(set, at)),
};

export const ATTENDANCE_LAYOUTS: Readonly<Record<AttendanceWidth, AttendanceLayout>> = {
  40: { bytes: 40, ...WITH_USER_ID },
  49: { bytes: 49, ...WITH_USER_ID },
  /** user_id u32, time u32, status, punch, 2 reserved, work code u32. Sources disagree on the order of the two. */
  16: {
    bytes: 16,
    hasBadge: true,
    timeAt: 4,
    decode: (set, at, time) => ({
      userId: String(set.readUInt32LE(at)),
      status: set.readUInt8(at + 8),
      punch: set.readUInt8(at + 9),
      time,
    }),
    // Badges have nine digits at most where they are numbers.
    makesSense: (set, at) => set.readUInt32LE(at) !== 0 && set.readUInt32LE(at) < 1e9,
  },
  /** uid u16, verify, time u32 @3, state. */
  8: {
    bytes: 8,
    hasBadge: false,
    timeAt: 3,
    decode: (set, at, time) => ({
      uid: set.readUInt16LE(at),
      status: set.readUInt8(at + 2),
      punch: set.readUInt8(at + 7),
      time,
    }),
    makesSense: (set, at) => set.readUInt16LE(at) !== 0,
  },
  /** uid u16, state<<4 | verify, 0, time u32 @4. */
  '8b': {
    bytes: 8,
    hasBadge: false,
    timeAt: 4,
    decode: (set, at, time) => ({
      uid: set.readUInt16LE(at),
      status: set.readUInt8(at + 2) & 0x0f,
      punch: set.readUInt8(at + 2) >>> 4,
      time,
    }),
    makesSense: (set, at) => set.readUInt16LE(at) !== 0 && set.readUInt8(at + 3) === 0,
  },
};
