// Deliveries over the real store, to a real receiver: signed, in order, retried, paused, and continued by another run.
import { Webhook as Verifier } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { Feed } from '../events/feed.ts';
import { mortal, randomOf, Turns } from '../events/testing/mortal.ts';
import { hello } from '../testing/world.ts';
import { Bench, HOUR, happening } from './testing/bench.ts';

const bench = new Bench();

test('a delivery is signed as Standard Webhooks says: its verifier accepts it, and with no other secret', async () => {
  const { secret } = await bench.created();
  await bench.tell(happening(1));
  await bench.deliver();
  const [got] = bench.receiver.got;
  expect(got?.event).toEqual({
    id: 'event_0001',
    type: 'punch.created',
    timestamp: '2026-11-23T12:00:00.001Z',
    site: 'norte',
    device_id: 'principal',
    data: { user_id: '7' },
  });
  expect(got?.headers['webhook-id']).toBe('event_0001');
  expect(got?.headers['content-type']).toBe('application/json');
  const headers = got?.headers as Record<string, string>;
  expect(new Verifier(secret).verify(got?.body ?? '', headers)).toEqual(got?.event);
  const other = new Verifier(`whsec_${Buffer.alloc(32).toString('base64')}`);
  expect(() => other.verify(got?.body ?? '', headers)).toThrow();
  expect(() => new Verifier(secret).verify(`${got?.body} `, headers)).toThrow();
});

test('a delivery is of what happens after the webhook was registered, each event once and in order', async () => {
  await bench.tell(happening(0));
  await bench.created();
  const events = Array.from({ length: 95 }, (_, index) => happening(index + 1));
  await bench.tell(...events);
  await bench.deliver();
  await bench.deliver();
  expect(bench.gotIds()).toEqual(events.map(({ id }) => id));
});

test.each([
  ['types', { types: ['device.offline'] }, [3]],
  ['terminals', { devices: ['sur-1'] }, [2]],
  ['branches', { sites: ['norte'] }, [1, 3]],
])('a delivery is only of the %s that are wanted', async (_what, wanted, numbers) => {
  await hello(bench.world, bench.tenant, 'norte', ['principal']);
  await hello(bench.world, bench.tenant, 'sur', ['sur-1']);
  await bench.created(wanted);
  await bench.tell(
    happening(1),
    happening(2, { site: 'sur', device: 'sur-1' }),
    happening(3, { type: 'device.offline' }),
    happening(4, { type: 'webhook.paused', site: undefined, device: undefined }),
  );
  await bench.deliver();
  expect(bench.gotIds().sort()).toEqual(numbers.map((number) => happening(number).id));
});

test('a delivery that fails is retried later, and what comes after it waits: the order of a terminal is kept', async () => {
  const { id } = await bench.created();
  await bench.tell(happening(1), happening(2), happening(3, { device: 'entrada' }));
  bench.receiver.answer = ({ event }) => (event.id === 'event_0001' ? 500 : 204);
  await bench.deliver();
  expect(bench.gotIds()).not.toContain('event_0002');
  expect((await bench.shown(id)).failing_since).not.toBeNull();
  await bench.deliver();
  const tries = bench.gotIds().length;
  // Not before the pause is over.
  await bench.deliverDue();
  expect(bench.gotIds()).toHaveLength(tries);
  bench.now += 6000;
  bench.receiver.answer = () => 204;
  await bench.deliverDue();
  expect(bench.gotIds().slice(tries)).toContain('event_0001');
  expect(bench.gotIds().indexOf('event_0002')).toBeGreaterThan(bench.gotIds().lastIndexOf('event_0001'));
  expect(new Set(bench.gotIds())).toEqual(new Set(['event_0001', 'event_0002', 'event_0003']));
  // What was delivered beside the failure is not delivered twice.
  expect(bench.gotIds().filter((each) => each === 'event_0003')).toHaveLength(1);
  expect(await bench.shown(id)).toMatchObject({
    state: 'active',
    failing_since: null,
    next_attempt_at: null,
  });
});

test('a delivery that fails for a day pauses the webhook, the feed says so, and once active again it continues from there', async () => {
  const { id } = await bench.created({ types: ['punch.created'] });
  await bench.tell(happening(1));
  bench.receiver.answer = () => 500;
  for (let hours = 0; hours <= 26; hours++) {
    await bench.deliverDue();
    bench.now += HOUR + 1000;
  }
  expect(await bench.shown(id)).toMatchObject({ state: 'paused', reason: 'failing' });
  const tries = bench.receiver.got.length;
  expect(tries).toBeGreaterThan(20);
  const feed = new Feed(bench.table, bench.clock);
  const told = (await feed.next(bench.tenant, 1, 100)).flatMap(({ events }) => events);
  expect(told.at(-1)).toMatchObject({
    type: 'webhook.paused',
    data: { webhook_id: id, reason: 'failing', url: bench.receiver.url },
  });
  await bench.tell(happening(2));
  await bench.deliverDue();
  expect(bench.receiver.got).toHaveLength(tries);
  bench.receiver.answer = () => 204;
  expect((await bench.change(id, { state: 'active' })).data).toMatchObject({
    state: 'active',
    failing_since: null,
  });
  await bench.deliverDue();
  expect(bench.gotIds().slice(tries)).toEqual(['event_0001', 'event_0002']);
});

test('a delivery that is answered 410 pauses the webhook at once', async () => {
  const { id } = await bench.created();
  await bench.tell(happening(1));
  bench.receiver.answer = () => 410;
  await bench.deliver();
  expect(await bench.shown(id)).toMatchObject({ state: 'paused', reason: 'gone' });
});

test('a delivery follows no redirect, and waits no longer than it must', async () => {
  const { id } = await bench.created();
  await bench.tell(happening(1));
  bench.receiver.answer = (_got, response) => {
    response.setHeader('location', '/elsewhere');
    return 302;
  };
  await bench.deliver();
  expect(bench.receiver.got.map(({ path }) => path)).toEqual(['/hook']);
  bench.receiver.answer = () => 'nothing';
  bench.now += HOUR;
  await bench.deliver();
  const { body } = await bench.call('deliveryList', { params: { id } });
  expect(body.data).toMatchObject([
    { event_id: 'event_0001', type: 'punch.created', delivered: false, error: 'timeout' },
    { event_id: 'event_0001', delivered: false, status: 302 },
  ]);
});

test('a delivery of one event costs nine calls of the store: docs/deploy.md counts on it', async () => {
  await bench.created();
  await bench.tell(happening(1));
  let calls = 0;
  const counting = new Proxy(bench.table, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...given: unknown[]) => {
        calls++;
        return Reflect.apply(member, target, given) as unknown;
      };
    },
  });
  await bench.deliver(bench.ports(counting));
  expect(bench.gotIds()).toEqual(['event_0001']);
  expect(calls).toBe(9);
});

test('a run that the store fails leaves nobody waiting for the end of its hold', async () => {
  await bench.created();
  await bench.tell(happening(1));
  const ports = bench.ports();
  const next = () => Promise.reject(new Error('the store has failed'));
  await bench.deliver({ ...ports, feed: Object.assign(Object.create(ports.feed) as Feed, { next }) });
  expect(bench.gotIds()).toEqual([]);
  await bench.deliver();
  expect(bench.gotIds()).toEqual(['event_0001']);
});

test('deliveries survive a run that is killed: each event at least once, and each terminal in order', async () => {
  for (const seed of Array.from({ length: 6 }, (_, index) => index)) {
    bench.newTenant();
    bench.receiver.got.length = 0;
    const random = randomOf(seed);
    const turns = new Turns(random);
    await bench.created();
    const events = Array.from({ length: 12 }, (_, index) => happening(index, { device: `d${index % 3}` }));
    const fated = () => (random(8) > 0 ? null : random(2) > 0 ? ('before' as const) : ('after' as const));
    bench.receiver.answer = () => (random(6) > 0 ? 204 : 503);
    for (const event of events) {
      await bench.tell(event);
      const run = (): Promise<void> =>
        bench.deliver(bench.ports(mortal(bench.table, turns, fated))).catch(() => {});
      await Promise.all([run(), run()]);
      bench.now += 61_000;
    }
    bench.receiver.answer = () => 204;
    // A dead one's hold ends, and a failure's pause.
    bench.now += 2 * HOUR;
    await bench.deliver();
    for (const device of ['d0', 'd1', 'd2']) {
      const firsts = [
        ...new Set(
          bench.receiver.got.filter(({ event }) => event.device_id === device).map(({ event }) => event.id),
        ),
      ];
      expect(firsts).toEqual(events.filter((event) => event.device === device).map(({ id }) => id));
    }
  }
}, 60_000);
