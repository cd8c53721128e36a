import fc from 'fast-check';
import { expect, test } from 'vitest';
import { freshAgentKey, openSealed, publicKeyOf, sealTo } from './envelope.ts';

const ABOUT = ['acme', 'norte', 'sur', 'p-1', '10'];

test('an envelope opens for its reader alone, about the same alone, and not if a bit of it is another', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (content, place) => {
      const [own, other] = [freshAgentKey(), freshAgentKey()];
      const sealed = sealTo(publicKeyOf(own), ABOUT, content);
      expect(openSealed(own, ABOUT, sealed)).toEqual(Buffer.from(content));
      expect(openSealed(other, ABOUT, sealed)).toBeNull();
      expect(openSealed(own, [...ABOUT.slice(0, 4), '9'], sealed)).toBeNull();
      const damaged = Buffer.from(sealed);
      const at = place % damaged.length;
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(openSealed(own, ABOUT, damaged)).toBeNull();
    }),
    { numRuns: 50 },
  );
});

test('each envelope has a key of its own, and holds nothing of what is in it', () => {
  const own = freshAgentKey();
  const content = Buffer.alloc(64, 'finger');
  const [one, other] = [sealTo(publicKeyOf(own), ABOUT, content), sealTo(publicKeyOf(own), ABOUT, content)];
  expect(one.equals(other)).toBe(false);
  expect(one.includes('finger')).toBe(false);
});

test('what is no key, and what is no envelope, is refused', () => {
  expect(() => sealTo(Buffer.alloc(31).toString('base64'), ABOUT, Buffer.alloc(1))).toThrow();
  // A point of small order would give everybody the same secret.
  expect(() => sealTo(Buffer.alloc(32).toString('base64'), ABOUT, Buffer.alloc(1))).toThrow();
  expect(openSealed(freshAgentKey(), ABOUT, Buffer.alloc(10))).toBeNull();
});
