import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ZkError } from './errors.ts';
import { decodeTemplates, withoutTail } from './templates.ts';

const templates = fc.array(
  fc.record({
    uid: fc.nat(0xffff),
    finger: fc.nat(9),
    flag: fc.constantFrom(0, 1, 3),
    template: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  }),
  { maxLength: 8 },
);

test('any templates come back from their set', () => {
  fc.assert(
    fc.property(templates, (list) => {
      const set = Buffer.concat(
        list.map(({ uid, finger, flag, template }) => {
          const head = Buffer.alloc(6);
          head.writeUInt16LE(6 + template.length, 0);
          head.writeUInt16LE(uid, 2);
          head.writeUInt8(finger, 4);
          head.writeUInt8(flag, 5);
          return Buffer.concat([head, template]);
        }),
      );
      expect(decodeTemplates(set)).toEqual(list);
    }),
  );
});

test('any bytes are templates or a protocol error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        const bytesOfAll = decodeTemplates(Buffer.from(bytes)).map(({ template }) => template.length + 6);
        expect(bytesOfAll.reduce((sum, size) => sum + size, 0)).toBe(bytes.length);
      } catch (error) {
        expect(error).toBeInstanceOf(ZkError);
      }
    }),
  );
});

test('a size of zero does not go round for ever', () => {
  expect(() => decodeTemplates(Buffer.alloc(60))).toThrow(ZkError);
});

test('the tail of nothing is nothing', () => {
  expect(withoutTail(Buffer.alloc(0)).length).toBe(0);
  expect(withoutTail(Buffer.alloc(7)).length).toBe(0);
});
