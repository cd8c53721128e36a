// Heads of a set of templates that comes in parts: the same as those of the whole set.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TemplateHeads } from './template-heads.ts';
import { decodeTemplates } from './templates.ts';

const template = fc.record({
  uid: fc.integer({ min: 0, max: 65_535 }),
  finger: fc.integer({ min: 0, max: 9 }),
  flag: fc.constantFrom(0, 1, 3),
  size: fc.integer({ min: 0, max: 60 }),
});

function encoded(templates: readonly { uid: number; finger: number; flag: number; size: number }[]): Buffer {
  return Buffer.concat(
    templates.flatMap(({ uid, finger, flag, size }) => {
      const head = Buffer.alloc(6);
      head.writeUInt16LE(6 + size, 0);
      head.writeUInt16LE(uid, 2);
      head.writeUInt8(finger, 4);
      head.writeUInt8(flag, 5);
      return [head, Buffer.alloc(size, 0xee)];
    }),
  );
}

test('wherever a set is cut, its heads are those of the whole; a template without bytes is none', () => {
  fc.assert(
    fc.property(fc.array(template, { maxLength: 12 }), fc.array(fc.nat({ max: 900 })), (templates, cuts) => {
      const set = encoded(templates);
      const heads = new TemplateHeads();
      const borders = [0, ...cuts.filter((cut) => cut < set.length).sort((a, b) => a - b), set.length];
      for (const [index, from] of borders.entries())
        heads.take(set.subarray(from, borders[index + 1] ?? from));
      const whole = decodeTemplates(set).filter((each) => each.template.length > 0);
      expect(heads.end()).toEqual(whole.map(({ uid, finger, flag }) => ({ uid, finger, flag })));
    }),
  );
});

test('a set that ends within a template, or names a size that none has, is refused', () => {
  const set = encoded([{ uid: 1, finger: 1, flag: 1, size: 9 }]);
  for (const end of [3, 6, 14]) {
    const heads = new TemplateHeads();
    heads.take(set.subarray(0, end));
    expect(() => heads.end()).toThrow('ends within');
  }
  expect(() => new TemplateHeads().take(Buffer.alloc(6))).toThrow('0 bytes');
});
