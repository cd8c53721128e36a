// The runbook of docs/restore.md on the local store: the table as it was some time ago, while agents and terminals have gone on.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type System, startSystem } from '../../infra/local/system.ts';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';
import { type Answer, callerOf, settled } from './client.ts';

const run = promisify(execFile);
const restored = fileURLToPath(new URL('../../infra/operate/restored.ts', import.meta.url));

let folder: string;
let terminal: SimulatedTerminal;
let system: System;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-restore-'));
  terminal = await startTerminal({ users: 5, serialNumber: 'ONE1', attendance: 20 });
  writeFileSync(
    join(folder, 'agent.yaml'),
    `site: norte\npunches: {every: 1}\ndevices:\n  - {id: one, host: 127.0.0.1, port: ${terminal.port}}\n`,
  );
});
afterAll(async () => {
  await system.stop();
  await terminal.stop();
  rmSync(folder, { recursive: true });
});

const data = () => join(folder, 'data');
const table = () => join(data(), 'dynamodb');
const copy = () => join(folder, 'backup');

async function start(): Promise<void> {
  system = await startSystem({ dataDir: data(), agents: [join(folder, 'agent.yaml')] });
}
const call = (...args: Parameters<ReturnType<typeof callerOf>>): Promise<Answer> =>
  callerOf(system.url, system.token)(...args);
const key = (name: string) => ({ 'idempotency-key': name });
const there = (badge: string) => terminal.users().find(({ userId }) => userId === badge);
const put = (user_id: string, name: string, idempotency: string) =>
  call('POST', '/devices/one/users', { user_id, name }, key(idempotency));
/** How many punches the API knows, page after page. */
async function told(): Promise<number> {
  let count = 0;
  for (let cursor = ''; ; ) {
    const { body } = await call('GET', `/punches?device=one&limit=1000${cursor}`);
    count += body.data.length;
    if (!body.next_cursor) return count;
    cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
  }
}
const allTold = () => expect.poll(told, { timeout: 30_000 }).toBe(terminal.attendance().length);
/** The last page of the feed: its cursor is the end. */
async function endOfFeed(): Promise<string> {
  for (let after = ''; ; ) {
    const { body } = await call('GET', `/events?limit=1000${after}`);
    if (body.data.length === 0) return body.next_cursor;
    after = `&after=${encodeURIComponent(body.next_cursor)}`;
  }
}

it('a table that is put back brings back no answer that is wrong, and loses no punch that a terminal still holds', async () => {
  await start();
  expect((await put('9001', 'Ana Quispe', 'k1')).status).toBe(200);
  await allTold();
  const known = await endOfFeed();
  // The branch goes away, and something is asked for that waits.
  await system.agents[0]?.stop();
  const items = [{ do: 'put', user_id: '9100', name: 'Eva Rojas', devices: ['one'] }];
  const waits = await call('POST', '/users/batch', { items }, { prefer: 'respond-async' });
  expect(waits.status).toBe(202);
  await system.stop();
  cpSync(table(), copy(), { recursive: true });

  await start();
  expect((await settled(call, waits.body.operation_id)).body.data.state).toBe('succeeded');
  expect((await put('9002', 'Luis Mamani', 'k2')).status).toBe(200);
  const change = { name: 'Ana Quispe Flores' };
  const asked = await call('PUT', '/devices/one/users/9001', change, { prefer: 'respond-async' });
  expect((await settled(call, asked.body.operation_id)).body.data.state).toBe('succeeded');
  terminal.punch('9001', { time: '2026-10-31T08:05:10' });
  await allTold();
  const ahead = await endOfFeed();
  await system.stop();

  rmSync(table(), { recursive: true });
  rmSync(`${table()}.transaction`, { recursive: true, force: true });
  cpSync(copy(), table(), { recursive: true });
  const { stdout } = await run(process.execPath, [restored, '--data', data()]);
  expect(stdout).toContain('Each agent tells again what its terminals hold');

  await start();
  const { body } = await call('GET', '/devices');
  expect(body.data).toMatchObject([{ id: 'one', state: 'online' }]);
  // What is not known any more is done anew or refused, and never answered as if it were.
  expect((await call('GET', `/operations/${asked.body.operation_id}`)).status).toBe(404);
  expect(await put('9002', 'Luis Mamani', 'k2')).toMatchObject({
    status: 409,
    body: { code: 'user_exists' },
  });
  expect(there('9001')?.name).toBe('Ana Quispe Flores');
  const user = await call('GET', '/devices/one/users/9001');
  expect(user).toMatchObject({ status: 200, body: { data: { name: 'Ana Quispe Flores' } } });
  // What waited then ends as it has ended, and is at the terminal once.
  expect((await settled(call, waits.body.operation_id)).body.data).toMatchObject({
    state: 'succeeded',
    results: [{ user_id: '9100', state: 'succeeded' }],
  });
  expect(terminal.users().filter(({ userId }) => userId === '9100')).toHaveLength(1);
  // Who has read what is lost is told so, and who has not goes on.
  expect((await call('GET', `/events?after=${encodeURIComponent(ahead)}`)).status).toBe(410);
  expect((await call('GET', `/events?after=${encodeURIComponent(known)}`)).status).toBe(200);
  // A punch comes, and with it the one that was lost.
  terminal.punch('9002', { time: '2026-10-31T08:05:11' });
  await allTold();
  expect(terminal.violations).toEqual([]);
}, 180_000);
