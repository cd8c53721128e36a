// An agent of an earlier version says everything on its topics; it is heard as one that hands its messages to the rules.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TestClient } from '../../infra/local/testing/mqtt-client.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import type { Command, Reply } from '../../shared/wire/envelope.ts';
import { replyPart, topics, withoutRule } from '../../shared/wire/topics.ts';
import { type Running, startForTest } from './client.ts';

const WITHIN = { timeout: 20_000, interval: 50 };
const SITE = 'antigua';

let running: Running;
let agent: TestClient;
beforeAll(async () => {
  running = await startForTest();
  const { authority, broker, tenant } = running.system;
  agent = await TestClient.connect({
    port: broker.port,
    clientId: clientIdOf(tenant, SITE),
    identity: await authority.issue({ tenant, site: SITE }),
    rootPem: authority.rootPem,
  });
});
afterAll(async () => {
  await agent.stop();
  await running.stop();
});

const at = () => ({ tenant: running.system.tenant, site: SITE });

async function hello(session: string): Promise<void> {
  const device = {
    id: 'vieja',
    name: 'Vieja',
    host: '192.168.1.9',
    port: 4370,
    source: 'file',
    timezone: 'UTC',
  };
  const message = {
    ...{ v: 1, session, agentVersion: '0.0.9', seq: 1, at: Date.now(), clockOffsetMs: 0, journalDepth: 0 },
    devices: [{ ...device, reachable: true, lastSeen: Date.now(), state: 'online', since: Date.now() }],
  };
  expect(await agent.publish(withoutRule(topics.hello(at())), JSON.stringify(message))).toBe(0);
}

/** Answers the next command to its terminal as it did, on the topic. */
async function answerNext(): Promise<void> {
  for (;;) {
    const { topic, text } = await agent.next();
    const command = JSON.parse(text) as Command;
    if (topic !== topics.command(at()) || command.device === undefined) continue;
    const reply: Reply = {
      ...{ v: 1, id: command.id, status: 'ok', applied: 'yes', verified: 'readback' },
      data: { uid: 7, user_id: '77', name: 'Ana' },
      ...{ queueMs: 1, deviceMs: 1, agentVersion: '0.0.9', replayed: false },
    };
    await agent.publish(topics.reply(at(), command.id, replyPart('ok', 0)), JSON.stringify(reply));
    return;
  }
}

it('its terminals are listed, its answers are given to callers, and its changes stand in the feed', async () => {
  await hello(randomUUID());
  await vi.waitFor(async () => {
    const { body } = await running.call('GET', '/devices?site=antigua');
    expect(body.data.map(({ id, online }: { id: string; online: boolean }) => [id, online])).toEqual([
      ['vieja', true],
    ]);
  }, WITHIN);
  const answering = answerNext();
  const created = await running.call('POST', '/devices/vieja/users', { user_id: '77', name: 'Ana' });
  await answering;
  expect([created.status, created.body]).toMatchObject([200, { data: { user_id: '77' } }]);
  await vi.waitFor(async () => {
    const { body } = await running.call('GET', '/events?types=user.created');
    expect(body.data.map(({ data }: { data: { user_id: string } }) => data.user_id)).toEqual(['77']);
  }, WITHIN);
});
