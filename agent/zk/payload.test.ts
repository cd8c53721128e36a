import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksum } from './checksum.ts';
import { ZkError } from './errors.ts';
import { encodeFrame } from './frame.ts';
import { decodePayload, encodePayload } from './payload.ts';

const u16 = fc.integer({ min: 0, max: 0xffff });
const bytes = fc.uint8Array({ maxLength: 200 }).map((data) => Buffer.from(data));

test('connecting is the documented frame', () => {
  const frame = encodeFrame(encodePayload({ command: 1000, session: 0, replyId: 0 }));
  expect(frame.toString('hex')).toBe('5050827d08000000e80317fc00000000');
});

test('any payload comes back', () => {
  fc.assert(
    fc.property(u16, u16, u16, bytes, (command, session, replyId, data) => {
      const decoded = decodePayload(encodePayload({ command, session, replyId, data }));
      expect(decoded).toEqual({ command, session, replyId, data });
    }),
  );
});

test('the words of a payload and its checksum add up to all ones', () => {
  fc.assert(
    fc.property(u16, u16, u16, bytes, (command, session, replyId, data) => {
      const payload = encodePayload({ command, session, replyId, data });
      const padded = Buffer.concat([payload, Buffer.alloc(payload.length % 2)]);
      let sum = 0;
      for (let at = 0; at < padded.length; at += 2) sum += padded.readUInt16LE(at);
      while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
      expect(sum).toBe(0xffff);
    }),
  );
});

test('what stands in the checksum field does not matter', () => {
  fc.assert(
    fc.property(bytes, u16, (data, field) => {
      const payload = encodePayload({ command: 1501, session: 7, replyId: 8, data });
      const before = checksum(payload);
      payload.writeUInt16LE(field, 2);
      expect(checksum(payload)).toBe(before);
    }),
  );
});

test('any bytes have a checksum of 16 bits', () => {
  fc.assert(
    fc.property(bytes, (any) => {
      const sum = checksum(any);
      expect(sum >= 0 && sum <= 0xffff && Number.isInteger(sum)).toBe(true);
    }),
  );
});

test('fewer bytes than a head are a protocol error', () => {
  for (let length = 0; length < 8; length++) {
    expect(() => decodePayload(Buffer.alloc(length))).toThrow(ZkError);
  }
});
