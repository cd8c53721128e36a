// Batches of agents over the real store: stored once, told at least once and in order, whoever is killed on the way.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AgentEvent, HeardBatch, PunchEvent } from '../../shared/wire/events.ts';
import type { Happening } from '../../shared/wire/happening.ts';
import type { Clock } from '../clock.ts';
import { tableNamed } from '../store/client.ts';
import { eventKeys } from '../store/event-keys.ts';
import type { Table } from '../store/table.ts';
import { startWorld, type World } from '../testing/world.ts';
import { Feed } from './feed.ts';
import { batchOf, type IntakePorts, MalformedBatch, takeBatch } from './intake.ts';
import { Journals } from './journals.ts';
import { Punches, punchRowSchema } from './punches.ts';
import { Killed, mortal, type Random, randomOf, Turns } from './testing/mortal.ts';

let world: World;
let table: Table;
beforeAll(async () => {
  world = await startWorld();
  table = tableNamed(world.tableName);
});
afterAll(() => world.close());

/** A tenant that no other test has. */
function newTenant(): string {
  return `t-${randomUUID().slice(0, 18)}`;
}

/** Time passes where somebody sleeps, and faster than others work: writers that are only slow are fenced, too. */
function dreamClock(): Clock {
  let now = Date.parse('2026-11-23T12:00:00Z');
  return {
    now: () => now++,
    sleep: async (ms) => {
      now += 50 * ms;
    },
  };
}

function portsOver(used: Table, clock: Clock): IntakePorts {
  return {
    punches: new Punches(used),
    journals: new Journals(used),
    feed: new Feed(used, clock),
    hearPeople: async () => {},
    now: () => clock.now(),
  };
}

function punchNo(number: number, over: Partial<PunchEvent> = {}): PunchEvent {
  const local = new Date(Date.parse('2026-11-23T08:00:00Z') + number * 1000).toISOString().slice(0, 19);
  return {
    type: 'punch',
    id: `punch_${String(number).padStart(8, '0')}`,
    device: 'principal',
    serial: 'CJ8H204560123',
    user_id: String(100 + (number % 3)),
    local,
    at: Date.parse(`${local}-04:00`),
    status: 1,
    punch: 0,
    source: 'live',
    ...over,
  };
}

function batch(journal: string, seq: number, events: readonly unknown[]): HeardBatch {
  return { v: 1, journal, seq, sentAt: 0, events: [...events] };
}

/** Follows the feed from `number` to its end. */
async function follow(feed: Feed, tenant: string, number = 1, into: Happening[] = []): Promise<number> {
  for (let at = number; ; ) {
    const entries = await feed.next(tenant, at, 3);
    const last = entries.at(-1);
    if (last === undefined) return at;
    into.push(...entries.flatMap(({ events }) => events));
    at = last.number + 1;
  }
}

async function storedIds(tenant: string): Promise<string[]> {
  const rows = await table.query({ pk: eventKeys.punchDay(tenant, '2026-11-23') });
  return rows.map((row) => punchRowSchema.parse(row).id);
}

describe('a batch', () => {
  const site = 'norte';

  test('is stored, told in its order, and noted', async () => {
    const tenant = newTenant();
    const ports = portsOver(table, dreamClock());
    const journal = randomUUID();
    const user: AgentEvent = {
      type: 'user.updated',
      id: 'user_0001',
      device: 'principal',
      user_id: '7',
      uid: 3,
      at: 1_795_000_000_000,
      by: 'keypad',
      fields: ['name'],
    };
    const events = [punchNo(1), user, punchNo(2)];
    expect(await takeBatch(ports, { tenant, site }, batch(journal, 3, events))).toEqual({
      seq: 3,
      told: 3,
      dropped: 0,
    });
    const seen: Happening[] = [];
    await follow(ports.feed, tenant, 1, seen);
    expect(seen.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
    expect(seen[0]).toMatchObject({
      type: 'punch.created',
      site,
      device: 'principal',
      data: { user_id: '101', at: '2026-11-23T08:00:01-04:00', local: '2026-11-23T08:00:01' },
    });
    expect(seen[1]?.data).toEqual({
      device_id: 'principal',
      site,
      user_id: '7',
      uid: 3,
      by: 'keypad',
      fields: ['name'],
    });
    expect(await ports.journals.seq({ tenant, site, journal })).toBe(3);
    expect(await ports.punches.span(tenant)).toEqual({ first: '2026-11-23', last: '2026-11-23' });
  });

  test('that comes again, alone or followed by more, stores and tells only what is new', async () => {
    const tenant = newTenant();
    const ports = portsOver(table, dreamClock());
    const journal = randomUUID();
    await takeBatch(ports, { tenant, site }, batch(journal, 2, [punchNo(1), punchNo(2)]));
    const again = await takeBatch(ports, { tenant, site }, batch(journal, 2, [punchNo(1), punchNo(2)]));
    expect(again).toEqual({ seq: 2, told: 0, dropped: 0 });
    const grown = batch(journal, 3, [punchNo(1), punchNo(2), punchNo(3)]);
    expect(await takeBatch(ports, { tenant, site }, grown)).toEqual({ seq: 3, told: 1, dropped: 0 });
    expect(await storedIds(tenant)).toHaveLength(3);
  });

  test('of a new journal that reads the same log again stores and tells nothing twice', async () => {
    const tenant = newTenant();
    const ports = portsOver(table, dreamClock());
    const events = [punchNo(1), punchNo(2)];
    await takeBatch(ports, { tenant, site }, batch(randomUUID(), 2, events));
    // Read from the log this time, and by an agent that knows another time zone.
    const reread = events.map((event) => ({ ...event, source: 'log', at: event.at + 3_600_000 }));
    const taken = await takeBatch(ports, { tenant, site }, batch(randomUUID(), 2, reread));
    expect(taken.told).toBe(0);
    expect(await storedIds(tenant)).toHaveLength(2);
  });

  test('of a journal that was restored from a copy and counts from there again is stored all the same', async () => {
    const tenant = newTenant();
    const ports = portsOver(table, dreamClock());
    const journal = randomUUID();
    await takeBatch(ports, { tenant, site }, batch(journal, 3, [punchNo(1), punchNo(2), punchNo(3)]));
    const taken = await takeBatch(ports, { tenant, site }, batch(journal, 2, [punchNo(9)]));
    // It must not be told that more is stored than it has sent.
    expect(taken).toEqual({ seq: 2, told: 1, dropped: 0 });
    expect(await storedIds(tenant)).toHaveLength(4);
  });

  test('of a punch that another branch has told before is stored and told for its own branch, too, once', async () => {
    const tenant = newTenant();
    const ports = portsOver(table, dreamClock());
    const liar = { ...punchNo(1), device: 'liar' };
    await takeBatch(ports, { tenant, site: 'sur' }, batch(randomUUID(), 1, [liar]));
    const journal = randomUUID();
    for (const told of [1, 0]) {
      const events = [punchNo(1)];
      expect(await takeBatch(ports, { tenant, site }, batch(journal, 1, events))).toMatchObject({ told });
    }
    const seen: Happening[] = [];
    await follow(ports.feed, tenant, 1, seen);
    expect(seen.map(({ id, site: of, device }) => `${id} ${of} ${device}`)).toEqual([
      `${punchNo(1).id} sur liar`,
      `${punchNo(1).id} norte principal`,
    ]);
    expect(await storedIds(tenant)).toHaveLength(2);
  });

  test('with a malformed event skips only that one', async () => {
    const tenant = newTenant();
    const ports = portsOver(table, dreamClock());
    const events = [punchNo(1), { type: 'door.opened', id: 'x' }, punchNo(2)];
    const taken = await takeBatch(ports, { tenant, site }, batch(randomUUID(), 3, events));
    expect(taken).toEqual({ seq: 3, told: 2, dropped: 1 });
  });

  test('that is malformed is refused, and so is one that unzips to more than a batch may hold', () => {
    expect(() => batchOf(Buffer.from('{}'))).toThrow(MalformedBatch);
    expect(() => batchOf(gzipSync('{"v":1}'))).toThrow(MalformedBatch);
    expect(() => batchOf(gzipSync(Buffer.alloc(8 * 1024 * 1024)))).toThrow(MalformedBatch);
  });
});

/** An agent that sends its outbox until all of it is stored, whoever dies on the way. */
async function runAgent(
  random: Random,
  events: readonly PunchEvent[],
  journal: string,
  send: (batch: HeardBatch) => Promise<number>,
): Promise<void> {
  let stored = 0;
  while (stored < events.length) {
    const end = stored + 1 + random(events.length - stored);
    // What is slow is there twice, and what nobody answered for is sent again.
    const sent = batch(journal, end, events.slice(stored, end));
    const sends = Array.from({ length: 1 + random(2) }, () => send(sent));
    for (const result of await Promise.allSettled(sends)) {
      if (result.status === 'fulfilled') stored = result.value;
      else if (!(result.reason instanceof Killed)) throw result.reason;
    }
  }
}

test('whatever is killed, doubled or late, each punch is stored once, and who follows the feed sees each in the order of its terminal', async () => {
  const run = async (seed: number) => {
    const random = randomOf(seed);
    const turns = new Turns(random);
    const tenant = newTenant();
    const clock = dreamClock();
    const fated = () => (random(20) > 0 ? null : random(2) > 0 ? ('before' as const) : ('after' as const));
    const used = (dies: () => 'before' | 'after' | null) => portsOver(mortal(table, turns, dies), clock);
    const sent = (site: string) => async (heard: HeardBatch) =>
      (await takeBatch(used(fated), { tenant, site }, heard)).seq;

    const eventsOf = (device: string, from: number) =>
      Array.from({ length: 8 }, (_, index) =>
        punchNo(from + index, { device, id: `${device}_${String(from + index).padStart(4, '0')}` }),
      );
    const [norte, sur] = [eventsOf('norte1', 0), eventsOf('sur1', 100)];

    const seen: Happening[] = [];
    let isOver = false;
    const reader = async () => {
      let at = 1;
      while (!isOver) at = await follow(used(() => null).feed, tenant, at, seen);
      await follow(used(() => null).feed, tenant, at, seen);
    };
    const following = reader();
    await Promise.all([
      runAgent(random, norte, randomUUID(), sent('norte')),
      // Its journal is lost on the way, and a new one reads the log from its beginning.
      runAgent(random, sur.slice(0, 5), randomUUID(), sent('sur')).then(() =>
        runAgent(random, sur, randomUUID(), sent('sur')),
      ),
    ]);
    isOver = true;
    await following;

    expect((await storedIds(tenant)).sort()).toEqual([...norte, ...sur].map(({ id }) => id).sort());
    for (const events of [norte, sur]) {
      const [{ device }] = events as [PunchEvent, ...PunchEvent[]];
      const firsts = [...new Set(seen.filter((event) => event.device === device).map(({ id }) => id))];
      expect(firsts).toEqual(events.map(({ id }) => id));
    }
  };
  await fc.assert(fc.asyncProperty(fc.integer({ min: 0 }), run), { numRuns: 25 });
}, 60_000);
