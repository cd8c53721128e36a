import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ZkError } from './errors.ts';
import { decodeTime, encodeTime, formatTime, type LocalTime } from './time.ts';

const instants = fc.date({
  min: new Date('2000-01-01T00:00:00Z'),
  max: new Date('2132-12-31T23:59:59Z'),
  noInvalidDate: true,
});

function partsOf(date: Date): LocalTime {
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

test('any second of the calendar comes back, and reads as ISO 8601', () => {
  fc.assert(
    fc.property(instants, (date) => {
      const time = decodeTime(encodeTime(partsOf(date)));
      expect(time).toEqual(partsOf(date));
      expect(formatTime(time!)).toBe(date.toISOString().slice(0, 19));
    }),
  );
});

test('any u32 is a time that encodes to it again, or a date that never was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
      const time = decodeTime(value);
      if (time !== null) expect(encodeTime(time)).toBe(value);
    }),
  );
});

test('30 February and 31 April never were, 29 February only in leap years', () => {
  const on = (year: number, month: number, day: number) =>
    decodeTime((((year - 2000) * 12 + month - 1) * 31 + day - 1) * 86400);
  expect(on(2024, 2, 30)).toBeNull();
  expect(on(2024, 4, 31)).toBeNull();
  expect(on(2023, 2, 29)).toBeNull();
  expect(on(2100, 2, 29)).toBeNull();
  expect(on(2024, 2, 29)).toMatchObject({ month: 2, day: 29 });
});

test('a time that is none is refused', () => {
  const noon = { year: 2026, month: 3, day: 1, hour: 12, minute: 0, second: 0 };
  for (const wrong of [
    { month: 13 },
    { day: 32 },
    { hour: 24 },
    { second: 60 },
    { year: 1999 },
    { minute: 0.5 },
  ]) {
    expect(() => encodeTime({ ...noon, ...wrong })).toThrow(ZkError);
  }
});
