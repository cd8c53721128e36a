// What an agent tells, over the whole way: broker, rule, intake, store, and out of GET /punches, GET /events and a webhook.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Receiver, startReceiver } from '../../cloud/webhooks/testing/receiver.ts';
import { TestClient } from '../../infra/local/testing/mqtt-client.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { topics } from '../../shared/wire/topics.ts';
import { type Running, startForTest } from './client.ts';

const at = { tenant: 'local', site: 'norte' };
const journal = randomUUID();
/** Of a PUBACK. */
const NOT_AUTHORIZED = 135;

let running: Running;
let agent: TestClient;
let receiver: Receiver;
beforeAll(async () => {
  running = await startForTest();
  const { authority, broker } = running.system;
  agent = await TestClient.connect({
    port: broker.port,
    clientId: clientIdOf(at.tenant, at.site),
    rootPem: authority.rootPem,
    identity: await authority.issue(at),
  });
  receiver = await startReceiver();
}, 120_000);
afterAll(async () => {
  await agent.stop();
  await receiver.close();
  await running.stop();
});

function punch(number: number) {
  const local = `2026-11-23T08:0${number}:00`;
  return {
    type: 'punch',
    id: `punch_0000000${number}`,
    device: 'puerta-norte',
    serial: 'CJ8H204560123',
    user_id: '9001',
    local,
    at: Date.parse(`${local}-04:00`),
    status: 1,
    punch: 0,
    source: 'live',
  };
}

async function send(seq: number, events: readonly object[]): Promise<unknown> {
  const batch = gzipSync(JSON.stringify({ v: 1, journal, seq, sentAt: Date.now(), events }));
  expect(await agent.publish(topics.events(at, seq), batch)).toBe(0);
  const { topic, text } = await agent.next();
  expect(topic).toBe(topics.stored(at));
  return JSON.parse(text);
}

it('a punch is stored once, the agent may forget it, and it is told at once to who waits and to a webhook', async () => {
  const { call } = running;
  const hook = await call('POST', '/webhooks', { url: receiver.url, types: ['punch.created'] });
  expect(hook.status).toBe(200);
  const from = (await call('GET', '/events?after=now')).body.next_cursor;
  const waiting = call('GET', `/events?after=${from}&types=punch.created&wait=20`);

  expect(await send(1, [punch(1)])).toEqual({ v: 1, journal, seq: 1 });
  // The agent did not hear it, and sends it again with what came since.
  expect(await send(2, [punch(1), punch(2)])).toEqual({ v: 1, journal, seq: 2 });

  const told = await waiting;
  expect(told.body.data[0]).toMatchObject({ id: punch(1).id, type: 'punch.created', site: 'norte' });
  await receiver.until(2);
  expect(receiver.got.map(({ event }) => event.id)).toEqual([punch(1).id, punch(2).id]);
  const [got] = receiver.got;
  const verifier = new Verifier(hook.body.data.secret);
  expect(verifier.verify(got!.body, got!.headers as Record<string, string>)).toEqual(got!.event);

  const stored = await call('GET', '/punches?site=norte&order=asc');
  expect(stored.body).toMatchObject({
    total: 2,
    data: [
      { id: punch(1).id, device_id: 'puerta-norte', user_id: '9001', at: '2026-11-23T08:01:00-04:00' },
      { id: punch(2).id, punch_name: 'Entrada', status_name: 'Huella' },
    ],
  });
  const csv = await call('GET', '/punches?site=norte&order=asc', undefined, { accept: 'text/csv' });
  expect(csv.body.split('\r\n')).toHaveLength(4);
}, 60_000);

it('the broker takes no events of another branch, and none under the name of another rule', async () => {
  const batch = gzipSync('{}');
  for (const topic of [
    topics.events({ tenant: 'local', site: 'casa-matriz' }, 1),
    topics.events({ tenant: 'acme', site: 'norte' }, 1),
    topics.events(at, 1).replace('sereno_events', 'sereno_prod_reply'),
    topics.stored(at),
  ]) {
    expect([topic, await agent.publish(topic, batch)]).toEqual([topic, NOT_AUTHORIZED]);
  }
}, 60_000);
