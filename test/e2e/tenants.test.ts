// Two companies on one system: what one asks of terminals that do not answer keeps the other waiting for nothing.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';
import { type Caller, callerOf, type Running, startForTest } from './client.ts';

const folder = mkdtempSync(join(tmpdir(), 'sereno-tenants-'));
let running: Running;
let own: Caller;
let rival: Caller;
let puerta: SimulatedTerminal;
let muerta: SimulatedTerminal;

async function branchOf(tenant: string, device: string): Promise<readonly [SimulatedTerminal, string]> {
  const terminal = await startTerminal({ users: 5, serialNumber: `SN-${device}` });
  const file = join(folder, `${tenant}.yaml`);
  const row = `{id: ${device}, host: 127.0.0.1, port: ${terminal.port}, timeout: 2}`;
  writeFileSync(file, `tenant: ${tenant}\nsite: casa-${tenant}\npunches: {every: 0}\ndevices:\n  - ${row}\n`);
  return [terminal, file];
}

beforeAll(async () => {
  const [one, ownFile] = await branchOf('acme', 'puerta');
  const [two, rivalFile] = await branchOf('rival', 'muerta');
  [puerta, muerta] = [one, two];
  running = await startForTest({ agents: [ownFile, rivalFile] });
  const { system } = running;
  const callerFor = async (tenant: string) => callerOf(system.url, await system.issueToken({ tenant }));
  [own, rival] = await Promise.all([callerFor('acme'), callerFor('rival')]);
});
afterAll(async () => {
  await running.stop();
  await Promise.all([puerta, muerta].map((terminal) => terminal.stop()));
  rmSync(folder, { recursive: true });
});

it('dead terminals of one company and its job of a thousand users leave single calls and batches of another as they are', async () => {
  const [badge] = puerta.users().map(({ userId }) => userId);
  muerta.faults.add({ kind: 'stall' });
  const items = Array.from({ length: 1000 }, (_, index) => ({
    do: 'put',
    user_id: String(20_000 + index),
    name: `P ${index}`,
    devices: ['muerta'],
  }));
  const asked = await rival('POST', '/users/batch', { items }, { prefer: 'respond-async' });
  expect(asked.status).toBe(202);
  const calls = Array.from({ length: 12 }, (_, index) =>
    rival('PUT', `/devices/muerta/users/${index + 1}`, { name: 'Nadie' }),
  );
  for (const name of ['Uno', 'Dos', 'Tres']) {
    expect((await own('PUT', `/devices/puerta/users/${badge}`, { name })).status).toBe(200);
  }
  const mine = ['7001', '7002'].map((user_id) => ({ do: 'put', user_id, name: 'Ana', devices: ['puerta'] }));
  const batch = await own('POST', '/users/batch', { items: mine });
  expect([batch.status, batch.body.data?.counts.succeeded]).toEqual([200, 2]);
  // None of the other company's is done: its terminal answers only from here on.
  const state = async () => (await rival('GET', `/operations/${asked.body.operation_id}`)).body.data;
  expect((await state()).counts).toMatchObject({ total: 1000, waiting: 1000 });
  expect((await rival('DELETE', `/operations/${asked.body.operation_id}`)).status).toBeLessThan(500);
  muerta.faults.clear();
  const statuses = (await Promise.all(calls)).map(({ status }) => status);
  expect(statuses.filter((status) => ![200, 202, 404, 429, 500, 503, 504].includes(status))).toEqual([]);
});
