// Fingers of a person from branch to branch over the real path, and that nobody in between could read them.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SimulatedTerminal, startTerminal } from '../terminal/terminal.ts';
import { type Running, startForTest } from './client.ts';

let running: Running;
let folder: string;
const terminals = new Map<string, SimulatedTerminal>();
const at = (id: string) => terminals.get(id)!;
const bytesOf = (id: string) =>
  at(id)
    .templates()
    .map(({ finger, flag, template }) => `${finger} ${flag} ${template.toString('hex')}`)
    .sort();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-fingers-'));
  const agents: string[] = [];
  for (const [site, devices] of [
    ['norte', ['norte-a']],
    ['sur', ['sur-a', 'sur-b']],
  ] as const) {
    const rows: string[] = [];
    for (const id of devices) {
      terminals.set(id, await startTerminal({ users: 3, serialNumber: `SN-${id.toUpperCase()}` }));
      rows.push(`  - {id: ${id}, host: 127.0.0.1, port: ${at(id).port}, timeout: 2}\n`);
    }
    const file = join(folder, `${site}.yaml`);
    writeFileSync(file, `site: ${site}\npunches: {every: 1}\ndevices:\n${rows.join('')}`);
    agents.push(file);
  }
  running = await startForTest({ agents, keepMs: 500 });
}, 60_000);
afterAll(async () => {
  await running.stop();
  await Promise.all([...terminals.values()].map((terminal) => terminal.stop()));
  rmSync(folder, { recursive: true });
});

const enrol = (id: string, userId: string, finger: number) =>
  at(id).keypad.whenUnlocked((keypad) => keypad.addFinger(userId, finger));

it('fingers that are enrolled at one branch come to every terminal of the other at which the person is kept', async () => {
  const { call } = running;
  const body = { user_id: '7001', name: 'Ana', devices: ['norte-a', 'sur-a', 'sur-b'] };
  expect((await call('PUT', '/people/ana', body)).status).toBe(200);
  await enrol('norte-a', '7001', 1);
  await enrol('norte-a', '7001', 6);
  for (const id of ['sur-a', 'sur-b']) {
    await at(id).until((terminal) => terminal.templates().length === 2, 40_000);
    expect(bytesOf(id)).toEqual(bytesOf('norte-a'));
  }
  await enrol('sur-b', '7001', 3);
  await at('norte-a').until((terminal) => terminal.templates().length === 3, 40_000);
  expect(bytesOf('norte-a')).toEqual(bytesOf('sur-b'));
}, 100_000);

it('somebody who comes to a branch later brings them along, and whoever leaves takes them away', async () => {
  const { call } = running;
  expect(
    (await call('PUT', '/people/beto', { user_id: '7002', name: 'Beto', devices: ['norte-a'] })).status,
  ).toBe(200);
  await enrol('norte-a', '7002', 4);
  const before = at('sur-a').templates().length;
  await call('PUT', '/people/beto', { devices: ['norte-a', 'sur-a'] });
  await at('sur-a').until((terminal) => terminal.templates().length === before + 1, 40_000);
  await call('DELETE', '/people/beto');
  await at('sur-a').until((terminal) => terminal.templates().length === before, 40_000);
  await at('norte-a').until((terminal) => terminal.templates().every(({ finger }) => finger !== 4), 40_000);
}, 100_000);

it('no template stands in a row of the cloud, in a log or in a file of an agent', async () => {
  const parts = at('sur-a')
    .templates()
    .map(({ template }) => template.subarray(60, 108));
  expect(parts.length).toBeGreaterThan(0);
  const forms = parts.flatMap((part) => [
    part,
    Buffer.from(part.toString('base64')),
    Buffer.from(part.toString('hex')),
  ]);
  const holds = (bytes: Buffer) => forms.some((form) => bytes.includes(form));
  const files = readdirSync(running.dataDir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(running.dataDir, name))
    .filter((name) => statSync(name).isFile());
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((name) => holds(readFileSync(name)))).toEqual([]);
  const { dynamo, region, credentials } = running.system;
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: dynamo.endpoint, region, credentials }),
  );
  let rows = 0;
  for await (const { Items = [] } of paginateScan({ client }, { TableName: dynamo.tableName })) {
    for (const row of Items) {
      rows++;
      const values = Object.values(row).map((value) =>
        value instanceof Uint8Array ? Buffer.from(value) : Buffer.from(String(JSON.stringify(value))),
      );
      // Replies stand there as the broker had them: base64.
      const body = Buffer.from(String(row.body ?? ''), 'base64');
      expect([row.pk, row.sk, [...values, body].some(holds)]).toEqual([row.pk, row.sk, false]);
    }
  }
  client.destroy();
  expect(rows).toBeGreaterThan(20);
});
