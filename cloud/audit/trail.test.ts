// Chains of the audit log on real rows: written by many at a time, tampered with, let go.
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startWorld, type World } from '../testing/world.ts';
import { type Deed, hashOf, type Place } from './entry.ts';
import { auditKeys } from './keys.ts';
import { auditPage } from './listing.ts';
import { settleOpen } from './open.ts';
import { trim } from './retention.ts';
import { AuditTrail } from './trail.ts';
import { verify } from './verify.ts';

const DAY_MS = 24 * 3600 * 1000;
const deed: Deed = {
  subject: 'portal',
  face: 'rest',
  address: '203.0.113.7',
  what: 'POST /sites',
  fields: ['site'],
};

let world: World;
let trail: AuditTrail;
let now: number;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  await world.clear();
  now = Date.parse('2026-11-23T08:00:00Z');
  trail = new AuditTrail(world.table, { now: () => now, sleep: async () => {} });
});

async function breaches() {
  return (await verify(world.table, 'acme')).flatMap(({ chain, broken }) =>
    broken === null ? [] : [{ chain, ...broken }],
  );
}

async function entries(tenant = 'acme') {
  const query = { tenant, order: 'asc', limit: 1000, wants: () => true } as const;
  return (await auditPage(world.table, query)).told;
}

/** All entries of one chain, so that a test knows its neighbours. */
async function longest(): Promise<{ chain: number; rows: Record<string, unknown>[] }> {
  const rows = (await world.everything()).filter(({ hash, pk }) => hash !== undefined && pk !== 'T#acme#AU');
  const byChain = Map.groupBy(rows, ({ chain }) => Number(chain));
  const [chain, longest] = [...byChain].reduce((a, b) => (a[1].length >= b[1].length ? a : b));
  return { chain, rows: longest.sort((a, b) => Number(a.number) - Number(b.number)) };
}

describe('writing', () => {
  test('thirty changes at a time leave thirty entries and thirty outcomes, in chains that hold', async () => {
    const numbers = Array.from({ length: 30 }, (_, index) => index);
    // Three containers that know nothing of each other.
    const trails = [trail, ...[1, 2].map(() => new AuditTrail(world.table, trail.clock))];
    await Promise.all(
      numbers.map(async (index) => {
        const own = trails[index % trails.length]!;
        const place = await own.begin('acme', { ...deed, command: `c${index}` });
        await own.end('acme', place, { outcome: 'succeeded' });
      }),
    );
    const told = await entries();
    expect(told.map(({ entry }) => entry.command).sort()).toEqual(numbers.map((n) => `c${n}`).sort());
    expect(told.every(({ ending }) => ending?.outcome === 'succeeded')).toBe(true);
    const walked = await verify(world.table, 'acme');
    expect(walked.reduce((sum, chain) => sum + chain.entries, 0)).toBe(60);
    expect(await breaches()).toEqual([]);
  });

  test('a further try of a command is the same entry, and the first outcome stays', async () => {
    const first = await trail.begin('acme', { ...deed, command: 'c1' });
    expect(await trail.begin('acme', { ...deed, command: 'c1' })).toMatchObject(first);
    await trail.endCommand('acme', 'c1', { outcome: 'failed', code: 'device_refused' });
    await trail.endCommand('acme', 'c1', { outcome: 'succeeded' });
    expect(await entries()).toMatchObject([{ ending: { outcome: 'failed', code: 'device_refused' } }]);
    expect((await verify(world.table, 'acme')).reduce((sum, { entries: count }) => sum + count, 0)).toBe(2);
  });

  test('who is refused without a look is told once a minute for an address', async () => {
    const blocked = { outcome: 'failed', code: 'blocked' } as const;
    for (let round = 0; round < 3; round++) await trail.addOnce('acme', deed, blocked);
    await trail.addOnce('acme', { ...deed, address: '203.0.113.8' }, blocked);
    now += 60_000;
    await trail.addOnce('acme', deed, blocked);
    expect(await entries()).toHaveLength(3);
  });

  test('a clock that is set back does not put an entry before the one before it', async () => {
    for (let round = 0; round < 20; round++) {
      await trail.add('acme', deed, { outcome: 'succeeded' });
      now -= 1000;
    }
    const { rows } = await longest();
    const times = rows.map(({ at }) => Number(at));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe('tampering', () => {
  beforeEach(async () => {
    for (let round = 0; round < 24; round++) {
      const place = await trail.begin('acme', { ...deed, subject: `portal-${round}` });
      await trail.end('acme', place, { outcome: 'succeeded' });
    }
  });

  test('an entry that is gone is named, the last one too', async () => {
    const { chain, rows } = await longest();
    for (const index of [rows.length - 1, Math.floor(rows.length / 2), 0]) {
      await world.table.delete(rows[index] as { pk: string; sk: string });
      expect(await breaches()).toEqual([{ chain, number: index + 1, why: 'missing' }]);
    }
  });

  test('an entry of which anything is changed is named', async () => {
    const { chain, rows } = await longest();
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: rows.length - 1 }),
        fc.constantFrom('subject', 'at', 'what', 'outcome', 'address', 'kind', 'extra', 'fields'),
        fc.oneof(fc.string(), fc.integer(), fc.constant(null)),
        async (index, name, value) => {
          const row = rows[index]!;
          await world.table.put({ ...row, [name]: value } as never);
          const found = await breaches();
          await world.table.put(row as never);
          expect(found).toEqual([{ chain, number: index + 1, why: 'changed' }]);
        },
      ),
      { numRuns: 25 },
    );
    expect(await breaches()).toEqual([]);
  });

  test('an entry that was made anew with a hash of its own does not fit to the next', async () => {
    const { chain, rows } = await longest();
    const changed = { ...rows[0]!, subject: 'nobody' };
    await world.table.put({ ...changed, hash: hashOf(changed) } as never);
    expect(await breaches()).toEqual([{ chain, number: 2, why: 'not_linked' }]);
    const last = { ...rows.at(-1)!, subject: 'nobody' };
    await world.table.put(rows[0] as never);
    await world.table.put({ ...last, hash: hashOf(last) } as never);
    expect(await breaches()).toEqual([{ chain, number: rows.length, why: 'not_the_head' }]);
  });

  test('a hash that was noted down is told again', async () => {
    const { chain, rows } = await longest();
    const walked = await verify(world.table, 'acme', new Map([[chain, new Set([2])]]));
    expect(walked.find((each) => each.chain === chain)?.hashes.get(2)).toBe(rows[1]!.hash);
  });
});

describe('retention', () => {
  const keep = (days: number) => trim({ table: world.table, days, now: () => now, endsAt: now + 60_000 });

  test('old entries go, those that are kept hold on, also with what is written afterwards', async () => {
    for (let round = 0; round < 20; round++) await trail.add('acme', deed, { outcome: 'succeeded' });
    now += 10 * DAY_MS;
    const place = await trail.begin('acme', { ...deed, subject: 'kept' });
    await keep(5);
    expect((await entries()).map(({ entry }) => entry.subject)).toEqual(['kept']);
    expect(await breaches()).toEqual([]);
    await trail.end('acme', place, { outcome: 'succeeded' });
    for (let round = 0; round < 10; round++) await trail.add('acme', deed, { outcome: 'succeeded' });
    expect(await breaches()).toEqual([]);
    expect(await entries()).toHaveLength(11);
  });

  test('who dies between anchor and entries leaves a chain that holds, and the next one goes on', async () => {
    for (let round = 0; round < 12; round++) await trail.add('acme', deed, { outcome: 'succeeded' });
    const before = (await world.everything()).filter(({ kind }) => kind === 'done');
    now += 10 * DAY_MS;
    await keep(5);
    for (const row of before) await world.table.put(row as never);
    expect(await breaches()).toEqual([]);
    now += 2 * DAY_MS;
    await keep(5);
    expect(await entries()).toEqual([]);
    expect(await breaches()).toEqual([]);
  });

  test('an entry that should still be there is missed', async () => {
    for (let round = 0; round < 12; round++) await trail.add('acme', deed, { outcome: 'succeeded' });
    now += 10 * DAY_MS;
    for (let round = 0; round < 12; round++) await trail.add('acme', deed, { outcome: 'succeeded' });
    await keep(5);
    const { chain, rows } = await longest();
    await world.table.delete(rows[0] as { pk: string; sk: string });
    expect(await breaches()).toMatchObject([{ chain, why: 'missing' }]);
  });
});

describe('outcomes that nobody told', () => {
  const at = (place: Place) => world.table.get(auditKeys.state('acme', place));

  test('are looked for, and entered when they are known', async () => {
    const known = await trail.begin('acme', { ...deed, command: 'known' });
    const open = await trail.begin('acme', { ...deed, command: 'open' });
    const asked: string[] = [];
    const look = () =>
      settleOpen(trail, async (_tenant, command) => {
        asked.push(command);
        return command === 'known' ? { outcome: 'succeeded' } : null;
      });
    await look();
    expect(asked, 'sooner than whoever made them can have told it').toEqual([]);
    now += 31_000;
    await look();
    expect(asked.sort()).toEqual(['known', 'open']);
    expect(await at(known)).toHaveProperty('outcome');
    expect(await at(open)).not.toHaveProperty('outcome');
    asked.length = 0;
    now += 30_000;
    await look();
    expect(asked, 'once more so soon').toEqual([]);
    now += 60_000;
    await look();
    expect(asked).toEqual(['open']);
  });

  test('are unknown for good where there is nobody left to ask', async () => {
    await trail.begin('acme', deed);
    await trail.begin('acme', { ...deed, command: 'never-sent' });
    const look = () => settleOpen(trail, async () => 'gone');
    now += 60_000;
    await look();
    expect((await entries()).map(({ ending }) => ending)).toEqual([null, null]);
    now += 16 * 60_000;
    await look();
    expect((await entries()).map(({ ending }) => ending?.outcome)).toEqual(['unknown', 'unknown']);
  });
});

test('pages of any size hold each entry once, in order, forwards and backwards', async () => {
  const wanted = 23;
  for (let round = 0; round < wanted; round++) {
    await trail.add('acme', { ...deed, command: `c${round}` }, { outcome: 'succeeded' });
    if (round % 3 === 0) now += 1;
  }
  for (const order of ['asc', 'desc'] as const) {
    for (const limit of [1, 4, 23, 50]) {
      const seen: number[] = [];
      let after: string | undefined;
      do {
        const query = { tenant: 'acme', order, limit, after, wants: () => true };
        const page = await auditPage(world.table, query);
        expect(page.told.length).toBeLessThanOrEqual(limit);
        seen.push(...page.told.map(({ entry }) => entry.at));
        after = page.next;
      } while (after !== undefined);
      expect(seen).toHaveLength(wanted);
      expect(seen).toEqual(seen.toSorted((a, b) => (order === 'asc' ? a - b : b - a)));
    }
  }
});
