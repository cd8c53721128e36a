// Sites whose disconnect was lost: the broker is asked about them, and they are marked as gone.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Connection } from './connections.ts';
import { sweep } from './sweep.ts';
import { Branches, base64, helloOf } from './testing/branches.ts';

let branches: Branches;
beforeAll(async () => {
  branches = await Branches.start();
});
afterAll(() => branches.world.close());
beforeEach(() => branches.clear());

describe('a sweep', () => {
  const swept = (answers: Record<string, Connection>, now = 9000) =>
    sweep(branches.directory, async ({ tenant, site }) => answers[`${tenant}/${site}`] ?? null, {
      now: () => now,
      endsAt: 10_000,
    });

  test('finds sites of any tenant whose disconnect was lost, and leaves those that are connected', async () => {
    await branches.greet('casa', helloOf([]), 1000);
    await branches.greet('sur', helloOf([]), 1000);
    await branches.greet('norte', helloOf([]), 1000);
    await branches.apply({
      tenant: 'rival',
      site: 'casa',
      kind: 'hello',
      at: 1000,
      body: base64(helloOf([])),
    });
    const answers = {
      'acme/casa': { connected: false, since: 7000 },
      'acme/sur': { connected: true },
      'rival/casa': { connected: false, since: null },
    } as const;
    const { asked, gone, left } = await swept(answers);
    expect([asked, left]).toEqual([3, 1]);
    expect(new Set(gone.map(({ tenant, site }) => `${tenant}/${site}`))).toEqual(
      new Set(['acme/casa', 'rival/casa']),
    );
    expect(await branches.directory.site('acme', 'casa')).toMatchObject({ connected: false, since: 7000 });
    expect(await branches.directory.site('rival', 'casa')).toMatchObject({ connected: false, since: 9000 });
    expect([await branches.connected('sur'), await branches.connected('norte')]).toEqual([true, true]);
    expect(await swept(answers)).toMatchObject({ asked: 1, gone: [] });
    // Who comes again is asked about again.
    await branches.greet('casa', helloOf([], { session: 's2' }), 9500);
    expect(await swept({}, 9600)).toMatchObject({ left: 3 });
  });

  test('leaves a site whose hello came while the broker was being asked', async () => {
    await branches.greet('casa', helloOf([]), 1000);
    const { gone } = await sweep(
      branches.directory,
      async () => {
        await branches.greet('casa', helloOf([], { session: 's2' }), 9001);
        return { connected: false, since: 8000 };
      },
      { now: () => 9000, endsAt: 10_000 },
    );
    expect([gone, await branches.connected()]).toEqual([[], true]);
  });

  test('that has a share of the sites asks each of them once in as many sweeps', async () => {
    const sites = Array.from({ length: 20 }, (_, n) => `s${n}`);
    for (const site of sites) await branches.greet(site, helloOf([]), 1000);
    const asked: string[] = [];
    for (let at = 0; at < 4; at++) {
      const before = asked.length;
      await sweep(
        branches.directory,
        async ({ site }) => {
          asked.push(site);
          return { connected: true };
        },
        { now: () => at * 300_000, endsAt: Number.POSITIVE_INFINITY, share: 4 },
      );
      expect(asked.length - before).toBeLessThan(sites.length);
    }
    expect(asked.sort()).toEqual(sites.sort());
  });

  test('ends when its time is over', async () => {
    await branches.greet('casa', helloOf([]), 1000);
    const answers = { 'acme/casa': { connected: false, since: 1 } } as const;
    expect(await swept(answers, 10_000)).toEqual({ asked: 0, gone: [], left: 1 });
    expect(await branches.connected()).toBe(true);
  });
});
