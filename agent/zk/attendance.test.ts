import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AttendanceWidth, decodeAttendance, decodeAttendanceAs } from './attendance.ts';
import { ZkError } from './errors.ts';
import { encodeTime } from './time.ts';

interface Punch {
  uid: number;
  userId: number;
  status: number;
  punch: number;
  time: number;
}

const BYTES: Record<AttendanceWidth, number> = { 8: 8, '8b': 8, 16: 16, 40: 40, 49: 49 };
const WIDTHS: readonly AttendanceWidth[] = [8, '8b', 16, 40, 49];

function encode(width: AttendanceWidth, { uid, userId, status, punch, time }: Punch): Buffer {
  const record = Buffer.alloc(BYTES[width]);
  if (width === 16) {
    record.writeUInt32LE(userId, 0);
    record.writeUInt32LE(time, 4);
    record.writeUInt8(status, 8);
    record.writeUInt8(punch, 9);
    return record;
  }
  record.writeUInt16LE(uid, 0);
  if (width === 8) {
    record.writeUInt8(status, 2);
    record.writeUInt32LE(time, 3);
    record.writeUInt8(punch, 7);
  } else if (width === '8b') {
    record.writeUInt8((punch << 4) | status, 2);
    record.writeUInt32LE(time, 4);
  } else {
    record.write(String(userId), 2, 'latin1');
    record.writeUInt8(status, 26);
    record.writeUInt32LE(time, 27);
    record.writeUInt8(punch, 31);
  }
  return record;
}

const punches = fc.array(
  fc.record({
    uid: fc.integer({ min: 1, max: 9999 }),
    userId: fc.integer({ min: 1, max: 999_999_999 }),
    status: fc.integer({ min: 1, max: 15 }),
    punch: fc.integer({ min: 0, max: 5 }),
    time: fc
      .record({
        year: fc.integer({ min: 2010, max: 2035 }),
        month: fc.integer({ min: 1, max: 12 }),
        day: fc.integer({ min: 1, max: 28 }),
        hour: fc.integer({ min: 0, max: 23 }),
        minute: fc.integer({ min: 0, max: 59 }),
        second: fc.integer({ min: 0, max: 59 }),
      })
      .map(encodeTime),
  }),
  { minLength: 12, maxLength: 60 },
);

describe.each(WIDTHS)('records of %s bytes', (width) => {
  test('are told and read with the count', () => {
    fc.assert(
      fc.property(punches, (list) => {
        const set = Buffer.concat(list.map((punch) => encode(width, punch)));
        const decoded = decodeAttendance(set, list.length);
        expect(decoded).toMatchObject({
          width,
          records: list.map(({ uid, userId, status, punch }) => ({
            ...(width === 16 ? {} : { uid }),
            ...(BYTES[width] === 8 ? {} : { userId: String(userId) }),
            status,
            punch,
            time: expect.stringMatching(/^20[123]\d-/),
          })),
        });
      }),
    );
  });

  test('are told without the count by dates and users that make sense', () => {
    fc.assert(
      fc.property(punches, fc.constantFrom(null, 0), (list, count) => {
        const set = Buffer.concat(list.map((punch) => encode(width, punch)));
        expect(decodeAttendance(set, count)).toMatchObject({ width });
      }),
    );
  });

  test('with a date that never was have no time, and do not hide the others', () => {
    const good = { uid: 7, userId: 7, status: 1, punch: 0, time: encodeTime({ ...DAY, day: 5 }) };
    const never = { ...good, time: encodeTime({ ...DAY, day: 28 }) + 2 * 86400 };
    const list = [...Array<Punch>(9).fill(good), never];
    const set = Buffer.concat(list.map((punch) => encode(width, punch)));
    const decoded = decodeAttendance(set, 10);
    if (decoded === 'ambiguous') throw new Error('it should be clear');
    expect(decoded.records.map(({ time }) => time)).toEqual([...Array(9).fill('2026-02-05T08:30:15'), null]);
  });
});

const DAY = { year: 2026, month: 2, day: 1, hour: 8, minute: 30, second: 15 };

test('an empty set is no records', () => {
  expect(decodeAttendance(Buffer.alloc(0), null)).toEqual({ width: null, records: [] });
});

test.each(WIDTHS)('a long set of %s bytes is told by its ends', (width) => {
  const list = Array.from({ length: 5000 }, (_, index) => ({
    uid: 1 + (index % 900),
    userId: 10_000 + (index % 900),
    status: 1,
    punch: index % 2,
    time: encodeTime({ ...DAY, day: 1 + (index % 28), minute: index % 60 }),
  }));
  const decoded = decodeAttendance(Buffer.concat(list.map((punch) => encode(width, punch))), null);
  if (decoded === 'ambiguous') throw new Error('it should be clear');
  expect(decoded.width).toBe(width);
  expect(decoded.records).toHaveLength(5000);
});

test('a set without sense is a protocol error', () => {
  expect(() => decodeAttendance(Buffer.alloc(80), null)).toThrow(ZkError);
  expect(() => decodeAttendance(Buffer.alloc(13, 1), 1)).toThrow(ZkError);
  expect(() => decodeAttendanceAs(Buffer.alloc(41), 40)).toThrow(ZkError);
});

test('any bytes and any count give records, a doubt or a protocol error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 800 }), fc.option(fc.nat(100)), (bytes, count) => {
      try {
        const decoded = decodeAttendance(Buffer.from(bytes), count);
        expect(decoded === 'ambiguous' || Array.isArray(decoded.records)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(ZkError);
      }
    }),
  );
});
