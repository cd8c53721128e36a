import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshKey, seal, unseal } from './sealed.ts';

describe('data sealed for one question', () => {
  it('comes back as it was under its own key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (data) => {
        const key = freshKey();
        const given = JSON.parse(JSON.stringify(data));
        expect(await unseal(await seal(data, key), key)).toEqual(given);
      }),
    );
  });

  it('is not read under another key, nor after one of its bytes was changed', async () => {
    const key = freshKey();
    const sealed = await seal({ number: '1234' }, key);
    expect(atob(sealed)).not.toContain('1234');
    await expect(unseal(sealed, freshKey())).rejects.toThrow();
    const bytes = Buffer.from(sealed, 'base64');
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const damaged = Buffer.from(bytes);
          damaged[at] = (damaged[at] ?? 0) ^ flip;
          await expect(unseal(damaged.toString('base64'), key)).rejects.toThrow();
        },
      ),
    );
  });

  it('never comes to the same bytes twice', async () => {
    const key = freshKey();
    expect(await seal('x', key)).not.toBe(await seal('x', key));
  });
});
