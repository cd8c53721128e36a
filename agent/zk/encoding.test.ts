import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodingSchema } from '../../shared/domain/device.ts';
import { decodeText, encodedLength, encodeText } from './encoding.ts';

const encodings = encodingSchema.options;

test.each(encodings)('%s: a text that is encoded comes back as it was', (encoding) => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const bytes = encodeText(text, encoding);
      if (bytes !== null) expect(decodeText(bytes, encoding)).toBe(text);
    }),
  );
});

test.each(encodings)('%s: any bytes decode', (encoding) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      expect(typeof decodeText(Buffer.from(bytes), encoding)).toBe('string');
    }),
  );
});

test.each([
  ['Ñandú', 'utf-8', 7],
  ['Ñandú', 'latin1', 5],
  ['Ñandú', 'cp1252', 5],
  ['€', 'cp1252', 1],
  ['€', 'latin1', null],
  ['王小明', 'gbk', 6],
  ['王小明', 'latin1', null],
  ['Иван', 'cp1251', 4],
  ['\ud800', 'utf-8', null],
  ['a\0b', 'utf-8', null],
  ['\ufeffa', 'utf-8', 4],
  ['what?', 'latin1', 5],
  ['', 'gbk', 0],
] as const)('%j in %s takes %j bytes', (text, encoding, length) => {
  expect(encodedLength(text, encoding)).toBe(length);
});
