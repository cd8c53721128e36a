import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { furnish } from '../../infra/local/agents/home.ts';
import { AgentProcess } from '../../infra/local/agents/process.ts';
import { LocalAuthority } from '../../infra/local/certs/authority.ts';
import { TestClient } from '../../infra/local/testing/mqtt-client.ts';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import {
  type Command,
  type Hello,
  helloSchema,
  type Reply,
  replySchema,
} from '../../shared/wire/envelope.ts';
import { parseTopic, topics } from '../../shared/wire/topics.ts';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';
import { aclOf, Mosquitto, missing } from './mosquitto.ts';

const NORTE = { tenant: 'acme', site: 'norte' };
const SUR = { tenant: 'acme', site: 'sur' };
const CLOUD = { tenant: 'cloud', site: 'side' };
const COMMAND = '01K0000000000000000000000A';
const WITHIN = { timeout: 20_000, interval: 50 };
if (missing !== null) process.stderr.write(`Skipped: ${missing}.\n`);
const title = `the agent at Debian's Mosquitto${missing === null ? '' : ` (${missing})`}`;

describe.skipIf(missing !== null)(title, () => {
  let folder: string;
  let authority: LocalAuthority;
  let broker: Mosquitto;
  let terminal: SimulatedTerminal;
  let agent: AgentProcess;
  let cloud: TestClient | null = null;
  const heard: { topic: string; text: string }[] = [];

  const client = async (at: typeof NORTE, over: { clientId?: string } = {}) =>
    TestClient.connect({
      port: broker.port,
      clientId: clientIdOf(at.tenant, at.site),
      identity: await authority.issue(at),
      rootPem: authority.rootPem,
      ...over,
    });

  /** A client in the role of the cloud: it receives whatever sites send. */
  async function openCloud(): Promise<void> {
    cloud = await client(CLOUD);
    expect(await cloud.subscribe('sereno/v1/acme/#')).toBe(1);
    // What AWS hands to a rule is a topic like any other here.
    expect(await cloud.subscribe('$aws/rules/+/sereno/v1/acme/#')).toBe(1);
    void listen(cloud);
  }
  async function closeCloud(): Promise<void> {
    const closing = cloud;
    cloud = null;
    await closing?.stop();
  }
  async function listen(from: TestClient): Promise<void> {
    while (from === cloud) {
      const message = await from.next().catch(() => null);
      if (message === null) continue;
      heard.push({ topic: message.topic, text: message.text });
      if (message.topic === topics.hello(NORTE)) await answer(helloSchema.parse(JSON.parse(message.text)));
    }
  }
  /** As the presence function does: no other agent has ever spoken for the site. */
  async function answer({ session, seq = 0, tenureSince }: Hello): Promise<void> {
    if (tenureSince !== null) return;
    const now = Date.now();
    const times = { issuedAt: now, notAfter: now + 30_000 };
    const args = { session, seq, since: 0 };
    await send({ v: 1, id: ulid(), op: 'site.tenure', ...times, via: 'publish', args });
  }

  function command(userId: string, id = ulid()): Command {
    const now = Date.now();
    const args = { mode: 'create', user_id: userId, fields: { name: `User ${userId}` } };
    const times = { issuedAt: now, notAfter: now + 60_000 };
    return { v: 1, id, op: 'user.put', device: 'puerta', ...times, via: 'publish', args };
  }
  const send = (sent: Command) => cloud!.publish(topics.command(NORTE), JSON.stringify(sent));
  const replies = (id: string): Reply[] =>
    heard
      .filter(({ topic }) => {
        const parsed = parseTopic(topic);
        return parsed?.kind === 'res' && parsed.commandId === id;
      })
      .map(({ text }) => replySchema.parse(JSON.parse(text)));
  const replied = (id: string) => vi.waitFor(() => expect(replies(id)).not.toEqual([]), WITHIN);
  const holds = (userId: string) => terminal.users().filter((user) => user.userId === userId).length;
  const hellos = () =>
    heard
      .filter(({ topic }) => topic === topics.hello(NORTE))
      .map(({ text }) => helloSchema.parse(JSON.parse(text)));

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sereno-mosquitto-'));
    authority = await LocalAuthority.open(join(folder, 'ca'));
    const all = `user ${clientIdOf(CLOUD.tenant, CLOUD.site)}\ntopic readwrite sereno/#\ntopic read $aws/rules/#\n`;
    broker = await Mosquitto.start(join(folder, 'broker'), authority, aclOf(NORTE) + aclOf(SUR) + all);
    terminal = await startTerminal({ users: 10 });
    await openCloud();
    const devices = [{ id: 'puerta', host: '127.0.0.1', port: terminal.port }];
    const endpoint = `127.0.0.1:${broker.port}`;
    const home = { folder: join(folder, 'agent'), site: NORTE, config: { devices }, endpoint, authority };
    const config = await furnish(home);
    agent = new AgentProcess({ site: NORTE, config, log: join(folder, 'agent.log'), onStart: () => {} });
    await agent.start();
    await vi.waitFor(() => expect(hellos().at(-1)?.devices[0]?.reachable).toBe(true), WITHIN);
  });
  afterAll(async () => {
    await agent?.stop();
    await closeCloud();
    await broker?.stop();
    await terminal?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    heard.length = 0;
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(readFileSync(join(folder, 'agent.log'), 'utf8'));
  });

  it('takes a command and answers once it is on the terminal', async () => {
    const sent = command('501');
    await send(sent);
    await replied(sent.id);
    expect(replies(sent.id)).toMatchObject([{ status: 'ok', applied: 'yes', replayed: false }]);
    expect(holds('501')).toBe(1);
  });

  it('gets what came while it was dead, over a restart of the broker, and runs it once', async () => {
    await agent.stop();
    const sent = command('502');
    await send(sent);
    await closeCloud();
    await broker.stop();
    await broker.run();
    await openCloud();
    await agent.start();
    await replied(sent.id);
    expect(holds('502')).toBe(1);
  });

  it('gets a command again that it could not acknowledge before the broker went, and runs it once', async () => {
    process.kill(agent.pid, 'SIGSTOP');
    const sent = command('503');
    await send(sent);
    await closeCloud();
    await broker.stop();
    await broker.run();
    await openCloud();
    process.kill(agent.pid, 'SIGCONT');
    await replied(sent.id);
    const later = command('504');
    await send(later);
    await replied(later.id);
    expect([holds('503'), holds('504')]).toEqual([1, 1]);
    expect(replies(sent.id).every(({ status }) => status === 'ok')).toBe(true);
  });

  it('leaves a last will that names its session when it is killed, and says hello with another', async () => {
    const ask = command('505');
    await send(ask);
    await replied(ask.id);
    agent.kill();
    await vi.waitFor(
      () => expect(heard.some(({ topic }) => topic === topics.will(NORTE))).toBe(true),
      WITHIN,
    );
    const will = JSON.parse(heard.find(({ topic }) => topic === topics.will(NORTE))!.text);
    await vi.waitFor(() => expect(hellos().at(-1)).toBeDefined(), WITHIN);
    expect(will.session).toMatch(/^[0-9a-f-]{36}$/);
    expect(hellos().at(-1)?.session).not.toBe(will.session);
  });

  it("another site's certificate publishes on its own topics alone", async () => {
    const sur = await client(SUR);
    const foreign = [topics.reply(NORTE, COMMAND, 'ok-0'), topics.hello(NORTE), topics.will(NORTE)];
    const refused = [...foreign, topics.command(NORTE), topics.command(SUR), 'sereno/v1/acme/sur/other'];
    for (const topic of refused) expect([topic, await sur.publish(topic, topic)]).toEqual([topic, 135]);
    const own = [topics.reply(SUR, COMMAND, 'ok-0'), topics.progress(SUR, COMMAND), topics.hello(SUR)];
    for (const topic of own) expect([topic, await sur.publish(topic, topic)]).toEqual([topic, 0]);
    await vi.waitFor(() => expect(heard.map(({ topic }) => topic)).toEqual(expect.arrayContaining(own)));
    expect(heard.filter(({ text }) => refused.includes(text))).toEqual([]);
    await sur.stop();
  });

  it("another site's certificate hears nothing of what is sent to this one", async () => {
    const sur = await client(SUR);
    // Mosquitto grants the subscription and then delivers nothing.
    for (const filter of [topics.command(NORTE), 'sereno/v1/acme/+/cmd', '#']) await sur.subscribe(filter);
    await sur.subscribe(topics.command(SUR));
    const sent = command('506');
    await send(sent);
    await replied(sent.id);
    await cloud!.publish(topics.command(SUR), 'for sur');
    // Once for each filter that fits; nothing that was sent to the other site before it.
    expect((await sur.next()).text).toBe('for sur');
    expect(sur.unread.filter((text) => text !== 'for sur')).toEqual([]);
    await sur.stop();
  });

  it('nobody connects with a certificate of another authority', async () => {
    const other = await LocalAuthority.open(join(folder, 'other'));
    const identity = await other.issue(SUR);
    const { rootPem } = authority;
    await expect(
      TestClient.connect({ port: broker.port, clientId: 'acme_sur', identity, rootPem }),
    ).rejects.toThrow();
  });
});
