import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeCounters } from './counters.ts';

/** The i-th u32 holds i, so that every field shows where it was read. */
function answer(bytes: number): Buffer {
  const data = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 4) data.writeUInt32LE(at, at);
  return data;
}

const counts = { users: 16, fingers: 24, records: 32, oplog: 40, admins: 48, passwords: 52 };
const room = {
  capacity: { fingers: 56, users: 60, records: 64 },
  free: { fingers: 68, users: 72, records: 76 },
};

test('80 bytes hold counts, capacities and what is free', () => {
  expect(decodeCounters(answer(80))).toEqual({ ...counts, ...room });
});

test('92 bytes hold faces too', () => {
  expect(decodeCounters(answer(92))).toEqual({ ...counts, ...room, faces: { count: 80, capacity: 88 } });
});

test('four zero bytes are a terminal without counters', () => {
  expect(decodeCounters(Buffer.alloc(4))).toBeNull();
});

test('zeros in full length are counts of zero, not a terminal without counters', () => {
  expect(decodeCounters(Buffer.alloc(80))).toMatchObject({ users: 0, records: 0 });
});

test('any bytes give counters or null', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (bytes) => {
      expect(decodeCounters(Buffer.from(bytes)) === null).toBe(bytes.length < 56);
    }),
  );
});
