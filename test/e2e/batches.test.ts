// Batches over all that is between a portal and its terminals: branches that are away and come back, and what nobody may read on the way.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientIdOf } from '../../shared/domain/identifiers.ts';
import { Machine } from '../faults/machine.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { type Branch, startBranch } from './branch.ts';
import { settled } from './client.ts';

let branch: Branch;
let one: SimulatedTerminal;
let other: SimulatedTerminal;
let slow: SimulatedTerminal;
beforeAll(async () => {
  branch = await startBranch({
    one: { settings: { users: 20, serialNumber: 'ONE1' } },
    other: { settings: { users: 20, serialNumber: 'OTHER1' } },
    // It has no bulk: a batch takes it many turns.
    slow: {
      settings: { users: 3, serialNumber: 'SLOW1', bulkWrite: 'unknown', latency: { perWriteMs: 15 } },
    },
  });
  slow = branch.terminals.get('slow')!;
  one = branch.terminals.get('one')!;
  other = branch.terminals.get('other')!;
});
afterAll(() => branch.stop());

const badges = (terminal: SimulatedTerminal) => terminal.users().map(({ userId }) => userId);
const held = (terminal: SimulatedTerminal, badge: string) =>
  terminal.users().find(({ userId }) => userId === badge);
const resultsOf = (data: { results: { device_id: string; user_id: string; state: string }[] }) =>
  data.results.map(({ device_id, user_id, state }) => [user_id, device_id, state]);

it('people are put at several terminals and taken off, and each item says what the terminal holds', async () => {
  const [first] = badges(one);
  const answer = await branch.call('POST', '/users/batch', {
    items: [
      { do: 'put', user_id: '7001', name: 'Ana Quispe', card: 7_001_001, devices: ['one', 'other'] },
      { do: 'put', user_id: first, card: 7_001_002, devices: ['one'] },
      { do: 'delete', user_id: '7999', devices: ['one'] },
      { do: 'put', user_id: '7002', devices: ['other'] },
    ],
  });
  expect(answer.status).toBe(200);
  const { data } = answer.body;
  expect(resultsOf(data)).toEqual([
    ['7001', 'one', 'succeeded'],
    ['7001', 'other', 'succeeded'],
    [first, 'one', 'succeeded'],
    ['7999', 'one', 'failed'],
    ['7002', 'other', 'failed'],
  ]);
  expect(data.results[3].error).toMatchObject({ code: 'user_not_found', applied: 'no' });
  expect(data.results[4].error).toMatchObject({ code: 'name_missing', applied: 'no' });
  expect(held(one, '7001')).toMatchObject({ name: 'Ana Quispe', card: 7_001_001 });
  expect(held(other, '7001')).toMatchObject({ name: 'Ana Quispe', card: 7_001_001 });
  expect(held(one, first!)).toMatchObject({ card: 7_001_002 });
  expect(badges(other)).not.toContain('7002');
  const told = await branch.call('GET', '/events?types=user.created,user.updated,user.deleted');
  // An event may be told again, under its id.
  const events: { id: string; type: string; data: Record<string, string> }[] = told.body.data;
  const changes = [...new Map(events.map((event) => [event.id, event])).values()].map((event) => [
    ...[event.type, event.data.user_id, event.data.device_id, event.data.operation_id === data.id],
  ]);
  expect(changes.sort()).toEqual([
    ['user.created', '7001', 'one', true],
    ['user.created', '7001', 'other', true],
    ['user.updated', first, 'one', true],
  ]);
  const { body } = await branch.call('GET', '/events?types=job.done');
  expect(body.data).toMatchObject([{ site: 'norte', data: { state: 'failed', succeeded: 3, failed: 2 } }]);
});

it('three hundred users go to one terminal in one call', async () => {
  const items = Array.from({ length: 300 }, (_, index) => ({
    do: 'put',
    user_id: String(8000 + index),
    name: `Persona ${index}`,
  }));
  const answer = await branch.call('POST', '/devices/one/users/batch', { items });
  const { data } =
    answer.status === 202 ? (await settled(branch.call, answer.body.operation_id)).body : answer.body;
  expect(data.counts).toMatchObject({ total: 300, succeeded: 300 });
  expect(badges(one).filter((badge) => Number(badge) >= 8000)).toHaveLength(300);
});

/** Every file of the system and its logs, of those that an agent keeps for itself but its log. */
function filesOf(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === 'agents' ? [] : filesOf(path);
    return [path];
  });
}

const xochiquetzal = {
  do: 'put',
  user_id: '7003',
  name: 'Xochiquetzal',
  password: '86420975',
  card: 987_654_321,
  devices: ['one', 'other'],
};

it('a branch that is away is waited for, and nothing of what waits is in clear in any file of the cloud', async () => {
  const [agent] = branch.system.agents;
  await agent!.stop();
  const answer = await branch.call(
    'POST',
    '/users/batch',
    { items: [xochiquetzal] },
    { prefer: 'respond-async', 'idempotency-key': 'away' },
  );
  expect(answer.status).toBe(202);
  const id = answer.body.operation_id;
  expect((await branch.call('GET', `/operations/${id}`)).body.data).toMatchObject({
    state: 'accepted',
    counts: { waiting: 2 },
  });
  const contents = filesOf(branch.dataDir).map((file) => [file, readFileSync(file)] as const);
  expect(contents.length).toBeGreaterThan(5);
  for (const [file, content] of contents) {
    for (const secret of ['Xochiquetzal', '86420975', '987654321'])
      expect(content.includes(secret), file).toBe(false);
  }
  await agent!.start();
  const { body } = await settled(branch.call, id, 60_000);
  expect(body.data).toMatchObject({ state: 'succeeded', counts: { total: 2, succeeded: 2 } });
  for (const terminal of [one, other])
    expect(held(terminal, '7003')).toMatchObject({ card: 987_654_321, name: 'Xochiquetzal' });
  const again = await branch.call(
    'POST',
    '/users/batch',
    { items: [xochiquetzal] },
    { 'idempotency-key': 'away' },
  );
  expect(again.status).toBe(200);
  expect(again.headers.get('idempotent-replay')).toBe('true');
  expect(again.body.data).toEqual(body.data);
});

it('what waits for a terminal that is away can be cancelled, and is never done', async () => {
  other.faults.add({ kind: 'stall' });
  const { body } = await branch.call(
    'POST',
    '/users/batch',
    { items: [{ do: 'put', user_id: '7004', name: 'Nadie', devices: ['one', 'other'] }] },
    { prefer: 'respond-async' },
  );
  const id = body.operation_id;
  const seen = async () => (await branch.call('GET', `/operations/${id}`)).body.data;
  await expect.poll(async () => (await seen()).counts.succeeded, { timeout: 20_000 }).toBe(1);
  expect((await branch.call('DELETE', `/operations/${id}`)).status).toBe(200);
  other.faults.clear();
  await settled(branch.call, id);
  expect(resultsOf(await seen())).toEqual([
    ['7004', 'one', 'succeeded'],
    ['7004', 'other', 'cancelled'],
  ]);
  expect(held(other, '7004')).toBeUndefined();
});

it('a cancel at any moment tells what the terminals show: nothing cancelled is 409, else 200', async () => {
  for (const [round, delay] of [0, 20, 80, 200].entries()) {
    const items = Array.from({ length: 40 }, (_, index) => ({
      do: 'put',
      user_id: String(50_000 + 100 * round + index),
      name: 'Quizas',
      devices: ['one'],
    }));
    const { body } = await branch.call('POST', '/users/batch', { items }, { prefer: 'respond-async' });
    await new Promise((resolve) => setTimeout(resolve, delay));
    const told = await branch.call('DELETE', `/operations/${body.operation_id}`);
    const { data } = (await settled(branch.call, body.operation_id)).body;
    expect([round, told.status]).toEqual([round, data.counts.cancelled > 0 ? 200 : 409]);
    for (const { user_id, state } of data.results) {
      expect([user_id, held(one, user_id) !== undefined]).toEqual([user_id, state === 'succeeded']);
    }
  }
});

/** A batch of this many at the slow terminal, of which the first are there. */
async function begun(first: number, size: number) {
  const userIds = Array.from({ length: size }, (_, index) => String(first + index));
  const items = userIds.map((user_id) => ({ do: 'put', user_id, name: `P ${user_id}` }));
  const path = '/devices/slow/users/batch';
  const { body } = await branch.call('POST', path, { items }, { prefer: 'respond-async' });
  const there = () => userIds.filter((userId) => held(slow, userId) !== undefined).length;
  await expect.poll(there, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
  return { id: body.operation_id as string, there };
}

it('a single call at a terminal is answered between the windows of a batch that is under way there', async () => {
  const [badge] = badges(slow);
  const { id, there } = await begun(60_000, 120);
  const answer = await branch.call('PUT', `/devices/slow/users/${badge}`, { name: 'Entre medio' });
  expect([answer.status, there() < 120, held(slow, badge!)?.name]).toEqual([200, true, 'Entre medio']);
  const { body } = await settled(branch.call, id, 60_000);
  expect(body.data.counts).toMatchObject({ total: 120, succeeded: 120 });
});

it('an agent that loses its journal amid a batch leaves every item as it is told', async () => {
  const [agent] = branch.system.agents;
  const { id, there } = await begun(61_000, 200);
  const { tenant, site } = agent!.site;
  const machine = new Machine(agent!, join(branch.dataDir, 'agents', clientIdOf(tenant, site)));
  await machine.wipe('journal.db');
  expect(there()).toBeLessThan(200);
  // What nobody can say any more is told as unknown, which is an end, too.
  const seen = async () => (await branch.call('GET', `/operations/${id}`)).body.data;
  await expect.poll(async () => (await seen()).settled_at, { timeout: 40_000 }).toBeDefined();
  const { results, counts } = await seen();
  const lies = results.filter(
    ({ user_id, state, error }: { user_id: string; state: string; error?: { applied: string } }) =>
      held(slow, user_id) === undefined ? state === 'succeeded' : error?.applied === 'no',
  );
  expect([lies, counts.waiting]).toEqual([[], 0]);
});
