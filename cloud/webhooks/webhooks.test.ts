// Webhooks over the real store, with a real receiver: signed, in order, tried again, paused, and gone on with by another.
import { randomUUID } from 'node:crypto';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SCOPES } from '../../shared/api/scopes.ts';
import type { Happening } from '../../shared/wire/happening.ts';
import type { Clock } from '../clock.ts';
import { Feed } from '../events/feed.ts';
import { mortal, randomOf, Turns } from '../events/testing/mortal.ts';
import { handler } from '../functions/webhooks.ts';
import { tableNamed } from '../store/client.ts';
import type { Table } from '../store/table.ts';
import { type Given, invoke } from '../testing/invoke.ts';
import { startWorld, type World } from '../testing/world.ts';
import { deliverDue, deliverOf } from './deliver.ts';
import type { DeliveryPorts } from './delivering.ts';
import { Seal } from './secrets.ts';
import { Sender } from './sender.ts';
import { type Receiver, startReceiver } from './testing/receiver.ts';
import { Webhooks } from './webhooks.ts';

const SECRET = Buffer.from('5e'.repeat(32), 'hex');
const HOUR = 3_600_000;

let world: World;
let table: Table;
let receiver: Receiver;
let tenant: string;
let now: number;
const clock: Clock = {
  now: () => now,
  sleep: async (ms) => {
    now += ms;
  },
};
const sender = new Sender(new Set(['loopback']), () => now, 2000);

function portsOver(used: Table): DeliveryPorts {
  return { webhooks: new Webhooks(used), feed: new Feed(used, clock), sender, seal: new Seal(SECRET), clock };
}

beforeAll(async () => {
  process.env.WEBHOOK_NETWORKS = 'loopback';
  world = await startWorld();
  table = tableNamed(world.tableName);
});
afterAll(async () => {
  sender.close();
  await world.close();
});
beforeEach(async () => {
  receiver = await startReceiver();
  tenant = `t-${randomUUID().slice(0, 18)}`;
  now = Date.now();
});
afterEach(() => receiver.close());

type Name =
  | 'webhookList'
  | 'webhookCreate'
  | 'webhookGet'
  | 'webhookUpdate'
  | 'webhookDelete'
  | 'webhookTest'
  | 'deliveryList';

async function call(name: Name, given: Given = {}) {
  const { status, body } = await invoke(handler, name, { tenant, scopes: SCOPES, ...given });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  return { status, body: body as any };
}

async function created(more: object = {}): Promise<{ id: string; secret: string }> {
  const { status, body } = await call('webhookCreate', { body: { url: receiver.url, ...more } });
  expect(status).toBe(200);
  return body.data;
}

const change = async (id: string, body: object) =>
  (await call('webhookUpdate', { params: { id }, body })).body;
const shown = async (id: string) => (await call('webhookGet', { params: { id } })).body.data;

function happening(number: number, over: Partial<Happening> = {}): Happening {
  return {
    id: `event_${String(number).padStart(4, '0')}`,
    type: 'punch.created',
    at: Date.parse('2026-11-23T12:00:00Z') + number,
    site: 'norte',
    device: 'principal',
    data: { user_id: '7' },
    ...over,
  };
}

const tell = (...events: Happening[]) => new Feed(table, clock).append(tenant, events);
const deliver = (ports = portsOver(table)) => deliverOf(ports, tenant, now + 90_000);
const gotIds = () => receiver.got.map(({ event }) => event.id);

describe('a delivery', () => {
  test('is signed as Standard Webhooks has it: its verifier takes it, and no other secret', async () => {
    const { secret } = await created();
    await tell(happening(1));
    await deliver();
    const [got] = receiver.got;
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

  test('is of what happens after the webhook was registered, each event once and in order', async () => {
    await tell(happening(0));
    await created();
    const events = Array.from({ length: 95 }, (_, index) => happening(index + 1));
    await tell(...events);
    await deliver();
    await deliver();
    expect(gotIds()).toEqual(events.map(({ id }) => id));
  });

  test.each([
    ['types', { types: ['device.offline'] }, [3]],
    ['terminals', { devices: ['sur-1'] }, [2]],
    ['branches', { sites: ['norte'] }, [1, 3]],
  ])('is only of the %s that are wanted', async (_what, wanted, numbers) => {
    await created(wanted);
    await tell(
      happening(1),
      happening(2, { site: 'sur', device: 'sur-1' }),
      happening(3, { type: 'device.offline' }),
      happening(4, { type: 'webhook.paused', site: undefined, device: undefined }),
    );
    await deliver();
    expect(gotIds().sort()).toEqual(numbers.map((number) => happening(number).id));
  });

  test('that fails is tried again later, and what came behind it waits: the order of a terminal holds', async () => {
    const { id } = await created();
    await tell(happening(1), happening(2), happening(3, { device: 'entrada' }));
    receiver.answer = ({ event }) => (event.id === 'event_0001' ? 500 : 204);
    await deliver();
    expect(gotIds()).not.toContain('event_0002');
    expect((await shown(id)).failing_since).not.toBeNull();
    await deliver();
    const tries = gotIds().length;
    // Not before the pause is over.
    await deliverDue(portsOver(table), now + 90_000);
    expect(gotIds()).toHaveLength(tries);
    now += 6000;
    receiver.answer = () => 204;
    await deliverDue(portsOver(table), now + 90_000);
    expect(gotIds().slice(tries)).toContain('event_0001');
    expect(gotIds().indexOf('event_0002')).toBeGreaterThan(gotIds().lastIndexOf('event_0001'));
    expect(new Set(gotIds())).toEqual(new Set(['event_0001', 'event_0002', 'event_0003']));
    // What was delivered beside the failure is not delivered twice.
    expect(gotIds().filter((each) => each === 'event_0003')).toHaveLength(1);
    expect(await shown(id)).toMatchObject({ state: 'active', failing_since: null, next_attempt_at: null });
  });

  test('that fails for a day pauses the webhook, which is told in the feed, and it goes on from there when it is let', async () => {
    const { id } = await created({ types: ['punch.created'] });
    await tell(happening(1));
    receiver.answer = () => 500;
    for (let hours = 0; hours <= 26; hours++) {
      await deliverDue(portsOver(table), now + 90_000);
      now += HOUR + 1000;
    }
    expect(await shown(id)).toMatchObject({ state: 'paused', reason: 'failing' });
    const tries = receiver.got.length;
    expect(tries).toBeGreaterThan(20);
    const feed = new Feed(table, clock);
    const told = (await feed.next(tenant, 1, 100)).flatMap(({ events }) => events);
    expect(told.at(-1)).toMatchObject({
      type: 'webhook.paused',
      data: { webhook_id: id, reason: 'failing', url: receiver.url },
    });
    await tell(happening(2));
    await deliverDue(portsOver(table), now + 90_000);
    expect(receiver.got).toHaveLength(tries);
    receiver.answer = () => 204;
    expect((await change(id, { state: 'active' })).data).toMatchObject({
      state: 'active',
      failing_since: null,
    });
    await deliverDue(portsOver(table), now + 90_000);
    expect(gotIds().slice(tries)).toEqual(['event_0001', 'event_0002']);
  });

  test('that is answered 410 pauses the webhook at once', async () => {
    const { id } = await created();
    await tell(happening(1));
    receiver.answer = () => 410;
    await deliver();
    expect(await shown(id)).toMatchObject({ state: 'paused', reason: 'gone' });
  });

  test('follows no redirect, and waits no longer than it must', async () => {
    const { id } = await created();
    await tell(happening(1));
    receiver.answer = (_got, response) => {
      response.setHeader('location', '/elsewhere');
      return 302;
    };
    await deliver();
    expect(receiver.got.map(({ path }) => path)).toEqual(['/hook']);
    receiver.answer = () => 'nothing';
    now += HOUR;
    await deliver();
    const { body } = await call('deliveryList', { params: { id } });
    expect(body.data).toMatchObject([
      { event_id: 'event_0001', type: 'punch.created', delivered: false, error: 'timeout' },
      { event_id: 'event_0001', delivered: false, status: 302 },
    ]);
  });

  test('of one event costs nine calls of the store: docs/deploy.md counts on it', async () => {
    await created();
    await tell(happening(1));
    let calls = 0;
    const counting = new Proxy(table, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => {
          calls++;
          return Reflect.apply(member, target, given) as unknown;
        };
      },
    });
    await deliver(portsOver(counting));
    expect(gotIds()).toEqual(['event_0001']);
    expect(calls).toBe(9);
  });

  test('of an event goes on, whoever is killed on the way: each at least once, and each terminal in its order', async () => {
    for (const seed of Array.from({ length: 6 }, (_, index) => index)) {
      tenant = `t-${randomUUID().slice(0, 18)}`;
      receiver.got.length = 0;
      const random = randomOf(seed);
      const turns = new Turns(random);
      await created();
      const events = Array.from({ length: 12 }, (_, index) => happening(index, { device: `d${index % 3}` }));
      const fated = () => (random(8) > 0 ? null : random(2) > 0 ? ('before' as const) : ('after' as const));
      receiver.answer = () => (random(6) > 0 ? 204 : 503);
      for (const event of events) {
        await tell(event);
        const run = (): Promise<void> => deliver(portsOver(mortal(table, turns, fated))).catch(() => {});
        await Promise.all([run(), run()]);
        now += 61_000;
      }
      receiver.answer = () => 204;
      // A dead one's hold ends, and a failure's pause.
      now += 2 * HOUR;
      await deliver();
      for (const device of ['d0', 'd1', 'd2']) {
        const firsts = [
          ...new Set(
            receiver.got.filter(({ event }) => event.device_id === device).map(({ event }) => event.id),
          ),
        ];
        expect(firsts).toEqual(events.filter((event) => event.device === device).map(({ id }) => id));
      }
    }
  }, 60_000);
});

describe('the routes', () => {
  test('show a secret once, and the table holds none', async () => {
    const { id, secret } = await created();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(JSON.stringify((await call('webhookList')).body)).not.toContain('whsec_');
    expect(JSON.stringify(await shown(id))).not.toContain('whsec_');
    const bytes = Buffer.from(secret.slice(6), 'base64');
    const rows = JSON.stringify(await world.everything());
    expect(rows).not.toContain(secret.slice(6));
    expect(rows).not.toContain(bytes.toString('hex'));
  });

  test('make a new secret, and the one before signs beside it for a day', async () => {
    const { id, secret } = await created();
    const next = (await change(id, { rotate_secret: true })).data.secret;
    expect(next).not.toBe(secret);
    await tell(happening(1));
    await deliver();
    const verify = (good: string) => {
      const got = receiver.got.at(-1);
      return new Verifier(good).verify(got?.body ?? '', got?.headers as Record<string, string>);
    };
    expect(verify(secret)).toEqual(verify(next));
    // A third one leaves no place for the first.
    const last = (await change(id, { rotate_secret: true })).data.secret;
    await tell(happening(2));
    await deliver();
    expect(verify(next)).toEqual(verify(last));
    expect(() => verify(secret)).toThrow();
  });

  test('let a webhook whose secret was sealed under a key that is gone go on with a new one, and send nothing unsigned', async () => {
    const { id } = await created();
    await world.rewrite(`T#${tenant}`, (row) =>
      row.sk === `W#${id}`
        ? {
            secrets: [
              { sealed: new Seal(Buffer.alloc(32)).close('whsec_x', `${tenant}/${id}`), until: null },
            ],
          }
        : {},
    );
    await tell(happening(1));
    await deliver();
    expect(receiver.got).toEqual([]);
    const { secret } = (await change(id, { rotate_secret: true })).data;
    await deliverDue(portsOver(table), now + 90_000);
    const [got] = receiver.got;
    expect(new Verifier(secret).verify(got?.body ?? '', got?.headers as Record<string, string>)).toEqual(
      got?.event,
    );
  });

  test('deliver again from a cursor on', async () => {
    const { id } = await created();
    await tell(happening(1), happening(2), happening(3));
    await deliver();
    const after = Buffer.from(JSON.stringify({ entry: 1, place: 1, at: now })).toString('base64url');
    await change(id, { after });
    await deliverDue(portsOver(table), now + 90_000);
    expect(gotIds()).toEqual(['event_0001', 'event_0002', 'event_0003', 'event_0002', 'event_0003']);
  });

  test('try a webhook out, signed, and tell what came of it', async () => {
    const { id, secret } = await created();
    const { body } = await call('webhookTest', { params: { id } });
    expect(body.data).toEqual({ delivered: true, status: 204, ms: expect.any(Number) });
    const got = receiver.got[0];
    expect(
      new Verifier(secret).verify(got?.body ?? '', got?.headers as Record<string, string>),
    ).toMatchObject({
      type: 'webhook.test',
      data: { webhook_id: id },
    });
  });

  test('pause and forget', async () => {
    const { id } = await created();
    expect((await change(id, { state: 'paused' })).data).toMatchObject({ state: 'paused', reason: 'caller' });
    await tell(happening(1));
    await deliver();
    await deliverDue(portsOver(table), now + 90_000);
    expect(receiver.got).toEqual([]);
    expect((await call('webhookDelete', { params: { id } })).status).toBe(200);
    expect((await call('webhookGet', { params: { id } })).status).toBe(404);
  });

  test('know nothing of the webhooks of another company', async () => {
    const { id } = await created();
    for (const name of [
      'webhookGet',
      'webhookUpdate',
      'webhookDelete',
      'webhookTest',
      'deliveryList',
    ] as const) {
      const given = { params: { id }, tenant: 'other', ...(name === 'webhookUpdate' ? { body: {} } : {}) };
      expect((await call(name, given)).body.code).toBe('webhook_not_found');
    }
    expect((await call('webhookList', { tenant: 'other' })).body).toEqual({
      success: true,
      total: 0,
      data: [],
    });
  });

  test('take twenty webhooks of a company and no more', async () => {
    for (let count = 0; count < 20; count++) await created();
    const { status, body } = await call('webhookCreate', { body: { url: receiver.url } });
    expect([status, body.code]).toEqual([409, 'webhook_limit']);
  });

  test.each([
    { url: 'ftp://example.com/' },
    { url: 'nowhere' },
    { url: 'https://user:secret@example.com/' },
    { url: 'http://169.254.169.254/latest/meta-data/' },
    { url: 'https://10.0.0.7/' },
    { url: 'https://[::ffff:10.0.0.7]/' },
    { url: 'https://example.com/', types: [] },
    { url: 'https://example.com/', types: ['door.opened'] },
    { url: 'https://example.com/', types: ['punch.created', 'punch.created'] },
    { url: 'https://example.com/', sites: ['Norte!'] },
    { url: 'https://example.com/', secret: 'mine' },
    { types: ['punch.created'] },
  ])('refuse %o', async (body) => {
    const answer = await call('webhookCreate', { body });
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_field']);
  });
});
