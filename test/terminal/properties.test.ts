// What holds for any bytes: codecs round-trip, the split of a stream does not matter, no request crashes the terminal.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isKey, scrambledKey } from './comm-key.ts';
import { Deframer, decodePayload, encodePayload, tcpFrame } from './framing.ts';
import { seedUsers } from './seed.ts';
import { changeRecord, decodeRecord } from './user-record.ts';
import { packTime, unpackTime } from './wall-clock.ts';
import { workbench } from './workbench.ts';

const { start, connect } = workbench();
const u16 = fc.nat(0xffff);
const data = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
const payload = fc.record({ command: u16, session: u16, replyId: u16, data });

test('any payload goes round; one changed bit is found', () => {
  fc.assert(
    fc.property(payload, fc.nat(), (message, bit) => {
      const bytes = encodePayload(message);
      expect(decodePayload(bytes)).toEqual(message);
      const at = bit % (bytes.length * 8);
      bytes[at >> 3]! ^= 1 << (at & 7);
      expect(decodePayload(bytes)).toBe('checksum');
    }),
  );
});

test('any split of any stream gives the same payloads', () => {
  fc.assert(
    fc.property(
      fc.array(payload, { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 9 })),
      (messages, cuts) => {
        const stream = Buffer.concat(messages.map((message) => tcpFrame(encodePayload(message))));
        const deframer = new Deframer();
        const read: Buffer[] = [];
        let at = 0;
        for (const length of [...cuts, stream.length]) {
          read.push(...deframer.push(stream.subarray(at, at + length)).payloads);
          at += length;
        }
        expect(read.map((bytes) => decodePayload(bytes))).toEqual(messages);
      },
    ),
  );
});

test('any comm key fits its own session and ticks, and no other key does', () => {
  const u32 = fc.nat(0xffffffff);
  fc.assert(
    fc.property(u32, u32, u16, fc.nat(255), (key, other, session, ticks) => {
      const offered = scrambledKey(key, session, ticks);
      expect(isKey(offered, key, session)).toBe(true);
      // Byte 2 of the key is overwritten by the ticks: keys that differ there alone look the same.
      const looksAlike = scrambledKey(other, session, ticks).equals(offered);
      expect(isKey(offered, other, session)).toBe(looksAlike);
    }),
  );
});

test('a change of one field leaves every byte of the others', () => {
  const layout = { width: 72, userIdBytes: 9, encoding: 'utf-8' } as const;
  const name = fc.string({ maxLength: 24, unit: fc.constantFrom('a', 'Z', ' ', '9') });
  fc.assert(
    fc.property(fc.nat(200), name, fc.nat(0xffffffff), (at, text, card) => {
      const raw = seedUsers(201)[at]!;
      const changed = changeRecord(raw, { name: text, card }, layout);
      expect(decodeRecord(changed, layout)).toMatchObject({ name: text, card });
      for (const [from, to] of [
        [0, 11],
        [39, 72],
      ] as const) {
        expect(changed.subarray(from, to)).toEqual(raw.subarray(from, to));
      }
    }),
  );
});

test('any packed time is the one it was made of, or no date at all', () => {
  fc.assert(
    fc.property(fc.nat(133 * 372 * 86_400 - 1), (packed) => {
      const iso = unpackTime(packed);
      if (iso !== null) expect(packTime(iso)).toBe(packed);
    }),
  );
});

const COMMANDS = [8, 9, 11, 12, 14, 15, 18, 19, 33, 50, 60, 61, 62, 87, 88, 110, 119, 134, 201, 202, 500];
const CONTROL = [1002, 1003, 1013, 1014, 1100, 1102, 1500, 1501, 1502, 1503, 1504, 4711];

test('no request, however malformed, goes without an answer', { timeout: 30_000 }, async () => {
  const request = fc.tuple(fc.constantFrom(...COMMANDS, ...CONTROL), data);
  for (const width of [72, 28] as const) {
    const client = await connect(await start({ width, users: 3, templates: 3, secondMs: 1 }));
    await fc.assert(
      fc.asyncProperty(fc.array(request, { maxLength: 20 }), async (requests) => {
        for (const [command, bytes] of requests) {
          client.inbox.length = 0;
          client.send(command, bytes);
          const asked = client.replyId;
          // A run is several frames of one reply id: the rest of it is dropped with the next one.
          while ((await client.next()).replyId !== asked);
        }
      }),
      { numRuns: 60 },
    );
  }
});
