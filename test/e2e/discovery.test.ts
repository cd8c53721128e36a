// Terminals found on the network of a branch over the API, and added from what was found.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';
import { type Running, settled, startForTest } from './client.ts';

let running: Running;
let folder: string;
let port: number;
const terminals: SimulatedTerminal[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-discovery-'));
  const first = await startTerminal({ host: '127.0.0.2', serialNumber: 'SN-UNO', deviceName: 'K40' });
  ({ port } = first);
  terminals.push(first, await startTerminal({ host: '127.0.0.3', port, serialNumber: 'SN-DOS' }));
  const file = join(folder, 'agent.yaml');
  const device = `{id: uno, host: 127.0.0.2, port: ${port}, timeout: 2}`;
  writeFileSync(file, `site: norte\npunches: {every: 0}\ndevices: [${device}]\n`);
  running = await startForTest({ agents: [file] });
});

afterAll(async () => {
  await running.stop();
  await Promise.all(terminals.map((terminal) => terminal.stop()));
  rmSync(folder, { recursive: true });
});

const discover = (query: string, headers?: Record<string, string>) =>
  running.call('POST', `/sites/norte/discover?${query}`, undefined, headers);

test('what answers on the network is told, and one of it is registered', async () => {
  const { status, body } = await discover(`subnet=127.0.0.0/29&port=${port}`);
  expect(status).toBe(200);
  expect(body).toMatchObject({ success: true, networks: ['127.0.0.0/29'], addresses: 6, asked: 6 });
  expect(body.data).toMatchObject([
    { ip: '127.0.0.2', port, kind: 'terminal', serial: 'SN-UNO', device_name: 'K40', device_id: 'uno' },
    { ip: '127.0.0.3', port, kind: 'terminal', serial: 'SN-DOS' },
  ]);
  const [, second] = body.data;
  expect(second.device_id).toBeUndefined();
  const added = await running.call('POST', '/devices', {
    id: 'dos',
    name: 'Dos',
    ip: second.ip,
    port,
    site: 'norte',
  });
  expect(added.status).toBe(200);
  expect((await running.call('GET', '/devices/dos/info')).body.data.serialnumber).toBe('SN-DOS');
});

test('a search that is not waited for is an operation of the branch, with the same result', async () => {
  const { status, body } = await discover(`subnet=127.0.0.0/29&port=${port}`, { prefer: 'respond-async' });
  expect(status).toBe(202);
  const { data: operation } = (await settled(running.call, body.operation_id)).body;
  expect(operation).toMatchObject({ op: 'site.discover', site: 'norte', state: 'succeeded' });
  expect(operation.device_id).toBeUndefined();
  expect(operation.result.data).toHaveLength(2);
});

test('networks that are not those of the branch are not asked', async () => {
  const foreign = await discover('subnet=172.31.255.252/30', { 'accept-language': 'en' });
  expect(foreign.status).toBe(400);
  expect(foreign.body).toMatchObject({ code: 'invalid_field', details: [{ path: 'subnet' }] });
  expect(foreign.body.details[0].message).toContain('private network of the machine there');
  expect((await discover('subnet=10.0.0.0/8')).status).toBe(400);
  expect((await discover('puerto=4370')).status).toBe(400);
  const nowhere = await running.call('POST', '/sites/nada/discover');
  expect([nowhere.status, nowhere.body.code]).toEqual([404, 'site_not_found']);
});
