// The intake function as the rule calls it: what agents are told, and when they are not.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { markRestored } from '../events/restored.ts';
import { randomOf } from '../events/testing/mortal.ts';
import { invoke } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';
import { handler as events } from './events.ts';
import { handler } from './intake.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.stored.length = 0;
  world.fate = () => 'served';
});

const punch = {
  type: 'punch',
  id: 'punch_00000001',
  device: 'principal',
  serial: null,
  user_id: '7',
  local: '2026-11-23T08:00:00',
  at: Date.parse('2026-11-23T12:00:00Z'),
  status: 1,
  punch: 0,
  source: 'live',
};

function event(body: Uint8Array) {
  return {
    kind: 'events',
    tenant: 'acme',
    site: 'norte',
    at: Date.now(),
    body: Buffer.from(body).toString('base64'),
  };
}

function batchOf(journal: string) {
  return event(gzipSync(JSON.stringify({ v: 1, journal, seq: 1, sentAt: 0, events: [punch] })));
}

test('an agent is told that its batch is stored, each time that it comes', async () => {
  const journal = randomUUID();
  await handler(batchOf(journal));
  await handler(batchOf(journal));
  expect(world.stored).toEqual([
    { v: 1, journal, seq: 1 },
    { v: 1, journal, seq: 1 },
  ]);
});

test('if the store does not take a batch, its agent is told nothing and the function fails', async () => {
  world.fate = () => 'failed';
  await expect(handler(batchOf(randomUUID()))).rejects.toThrow();
  expect(world.stored).toEqual([]);
}, 20_000);

test('a batch is stored even if its agent cannot be told', async () => {
  world.directStatus.push(404);
  const { told } = await handler(batchOf(randomUUID()));
  expect(told).toBe(0);
  expect(world.stored).toEqual([]);
});

test('what is not a batch is ignored: nobody is told, and no alarm goes off', async () => {
  await expect(handler(event(Buffer.from('not gzip')))).resolves.toEqual({ tenant: 'acme', told: 0 });
  expect(world.stored).toEqual([]);
});

test('a batch of one punch costs six calls of the store and one message: docs/deploy.md counts on it', async () => {
  let calls = 0;
  // The first of a day notes the day, too.
  await handler(batchOf(randomUUID()));
  world.fate = () => {
    calls++;
    return 'served';
  };
  const next = { ...punch, id: 'punch_00000002', local: '2026-11-23T08:00:01' };
  const journal = randomUUID();
  const { told } = await handler(
    event(gzipSync(JSON.stringify({ v: 1, journal, seq: 1, sentAt: 0, events: [next] }))),
  );
  expect(told).toBe(1);
  expect(world.stored.at(-1)).toEqual({ v: 1, journal, seq: 1 });
  expect(calls).toBe(7);
});

test('while the store loses requests and answers, an agent that goes on sending has each punch stored once and told', async () => {
  const tenant = `t-${randomUUID().slice(0, 18)}`;
  const random = randomOf(20_261_128);
  const fates = ['unanswered', 'lost'] as const;
  const journal = randomUUID();
  const ids: string[] = [];
  for (let seq = 1; seq <= 8; seq++) {
    const id = `flaky_${String(seq).padStart(6, '0')}`;
    const local = `2026-11-24T08:00:${String(seq).padStart(2, '0')}`;
    ids.push(id);
    const body = gzipSync(
      JSON.stringify({ v: 1, journal, seq, sentAt: 0, events: [{ ...punch, id, local }] }),
    );
    world.fate = () => (random(8) > 0 ? 'served' : (fates[random(2)] ?? 'served'));
    while (world.stored.at(-1)?.seq !== seq) await handler({ ...event(body), tenant }).catch(() => {});
  }
  world.fate = () => 'served';
  const list = await invoke(events, 'punchList', { tenant, query: { order: 'asc' } });
  expect((list.body.data as { id: string }[]).map(({ id }) => id)).toEqual(ids);
  const feed = await invoke(events, 'eventList', { tenant });
  const told = (feed.body.data as { id: string }[]).map(({ id }) => id);
  expect([...new Set(told)]).toEqual(ids);
}, 60_000);

test('after the table was put back every word to an agent says so, and says it of the newest time', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    const marks: string[] = [];
    for (const round of [1, 2]) {
      marks.push(await markRestored(world.table, Date.now() + round));
      // A container looks once a minute.
      vi.setSystemTime(Date.now() + 61_000);
      const journal = randomUUID();
      await handler(batchOf(journal));
      expect(world.stored.at(-1)).toEqual({ v: 1, journal, seq: 1, again: marks.at(-1) });
    }
    expect(new Set(marks).size).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});
