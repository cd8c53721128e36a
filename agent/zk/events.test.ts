// What terminals tell by themselves: enrolment and live punches.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEnrolEvent } from './enrolment.ts';
import { decodePunches } from './live.ts';

const event = (code: number, hex: string) => ({ code, data: Buffer.from(hex, 'hex') });

describe('enrolment', () => {
  test('a finger on the sensor', () => {
    expect(decodeEnrolEvent(event(2, ''))).toEqual({ kind: 'finger' });
  });

  test('a sample is good with 0x64 alone', () => {
    expect(decodeEnrolEvent(event(256, '64'))).toEqual({ kind: 'sample', good: true });
    expect(decodeEnrolEvent(event(256, '00'))).toEqual({ kind: 'sample', good: false });
    expect(decodeEnrolEvent(event(256, ''))).toEqual({ kind: 'sample', good: false });
  });

  test('an enrolled finger says whose it is', () => {
    const userId = Buffer.from('4711'.padEnd(9, '\0')).toString('hex');
    expect(decodeEnrolEvent(event(8, `00000c05${userId}06`))).toEqual({
      kind: 'result',
      code: 0,
      size: 1292,
      userId: '4711',
      finger: 6,
    });
  });

  test.each([4, 5, 6])('result %i comes alone', (code) => {
    expect(decodeEnrolEvent(event(8, `0${code}00`))).toEqual({ kind: 'result', code });
    expect(decodeEnrolEvent(event(8, `0${code}00${'00'.repeat(20)}`))).toEqual({ kind: 'result', code });
  });

  test('other events are not about enrolment', () => {
    expect(decodeEnrolEvent(event(1, '00'.repeat(32)))).toBeNull();
    expect(decodeEnrolEvent(event(8, '00'))).toBeNull();
  });
});

describe('live punches', () => {
  const when = '1a0a1f08050a'; // 2026-10-31 08:05:10
  const time = '2026-10-31T08:05:10';
  const id24 = Buffer.from('4711'.padEnd(24, '\0')).toString('hex');
  const layouts: [number, string, number][] = [
    [10, `6712${'0100'}${when}`, 2],
    [12, `67120000${'0100'}${when}`, 4],
    [14, `6712${'0100'}${when}00000000`, 2],
    [32, `${id24}0100${when}`, 24],
    [36, `${id24}0100${when}00000000`, 24],
    [37, `${id24}0100${when}0000000000`, 24],
    [52, `${id24}0100${when}${'00'.repeat(20)}`, 24],
  ];

  test.each(layouts)('%i bytes', (length, hex, badgeBytes) => {
    const { data } = event(1, hex);
    expect(data.length).toBe(length);
    const punch = { userId: '4711', badgeBytes, status: 1, punch: 0, time };
    expect(decodePunches({ code: 1, data })).toEqual([punch]);
    for (const count of [2, 3, 5]) {
      const frame = Buffer.concat(Array<Buffer>(count).fill(data));
      expect(decodePunches({ code: 1, data: frame })).toEqual(Array(count).fill(punch));
    }
  });

  test('a date that never was leaves the punch without a time', () => {
    expect(decodePunches(event(1, `67120100${'1a021e'}080500`))).toEqual([
      { userId: '4711', badgeBytes: 2, status: 1, punch: 0, time: null },
    ]);
  });

  test('any event gives punches, perhaps none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 260 }), fc.constantFrom(1, 2, 8, 256), (bytes, code) => {
        const any = { code, data: Buffer.from(bytes) };
        expect(Array.isArray(decodePunches(any))).toBe(true);
        const enrol = decodeEnrolEvent(any);
        expect(enrol === null || enrol.kind.length > 0).toBe(true);
      }),
    );
  });
});
