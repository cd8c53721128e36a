// Two agents with one certificate: what the one may have answered, the other does not make.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Caller, callerOf } from '../e2e/client.ts';
import { Command } from '../terminal/protocol.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { Arena } from './arena.ts';

/** What the agent logs once the cloud has told it, with a time since when: another has spoken. */
const TOLD_OF_ANOTHER = /"since":[1-9]\d+,.*alone speaks for the site/;
const REACHED_MS = 20_000;

let arena: Arena;
let call: Caller;
let terminal: SimulatedTerminal;
beforeAll(async () => {
  arena = await Arena.start(['plain']);
  call = callerOf(arena.system.url, arena.system.token);
  terminal = arena.terminal('plain');
});
afterAll(() => arena.stop());

it('an agent that comes back with a change that another was given meanwhile does not make it, nor does the other', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const rename = () => call('PUT', '/devices/plain/users/990', { name: 'Eva' }, headers);
  const died = arena.dieAt({ journal: 'received-after', nth: 1 }, AbortSignal.timeout(REACHED_MS));
  const first = rename();
  expect(await died).toBe(true);
  await arena.agent.stop();
  await first;

  await arena.startTwin();
  expect(await arena.connected(10_000)).toBe(true);
  const again = await rename();
  // There is no such user, but the agent that is away may find one when it is back.
  expect(again.status).toBe(202);

  terminal.keypad.addUser({ userId: '990', name: 'Ana' });
  await arena.stopTwin();
  const [said, logged] = [arena.agentSaid().length, terminal.log.length];
  await arena.agent.start();
  const sinceStart = () => arena.agentSaid().slice(said);
  await expect.poll(sinceStart, { timeout: 10_000 }).toMatch(TOLD_OF_ANOTHER);
  await expect.poll(sinceStart, { timeout: 10_000 }).toMatch(/contested/);
  // It looks for the change, and goes on to what is asked for now.
  await terminal.until((at) => at.log.slice(logged).some(({ command }) => command === Command.prepareRead));
  expect((await call('GET', '/devices/plain/ping')).status).toBe(200);
  const { body } = await call('GET', `/operations/${again.body.operation_id}`);
  expect(body.data.state).not.toBe('failed');
  expect(terminal.users().find(({ userId }) => userId === '990')).toMatchObject({ name: 'Ana' });
  expect(terminal.log.filter(({ command }) => command === Command.writeUser)).toEqual([]);
}, 60_000);

it('an agent is told that another has spoken that was made from a copy of its disk', async () => {
  await arena.agent.stop();
  await arena.startTwin(true);
  expect(await arena.connected(10_000)).toBe(true);
  expect((await call('POST', '/devices/plain/users', { user_id: '992', name: 'Leo' })).status).toBe(200);
  await arena.stopTwin();
  const said = arena.agentSaid().length;
  await arena.agent.start();
  await expect.poll(() => arena.agentSaid().slice(said), { timeout: 10_000 }).toMatch(TOLD_OF_ANOTHER);
}, 60_000);
