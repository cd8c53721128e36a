import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type System, startSystem } from '../../infra/local/system.ts';
import { type Caller, callerOf } from './client.ts';

const NAME = 'Xochiquetzal Zyx';
const PATH = '/devices/principal/users';

let dataDir: string;
let system: System;
let call: Caller;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'sereno-purge-'));
  system = await startSystem({ dataDir });
  call = callerOf(system.url, system.token);
});
afterAll(async () => {
  await system.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

/** Files of the agents and logs that hold the name. Of the store the rows are looked at. */
function filesWithName(): string[] {
  const all = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).filter((file) => {
    const path = join(dataDir, file);
    return statSync(path).isFile() && (file.startsWith('agents') || file.endsWith('.log'));
  });
  expect(all.some((file) => file.endsWith('journal.db'))).toBe(true);
  expect(all.some((file) => file.endsWith('.log'))).toBe(true);
  return all.filter((file) => readFileSync(join(dataDir, file)).includes(NAME));
}

async function rowsWithName(): Promise<string[]> {
  const { dynamo, region, credentials } = system;
  const client = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: dynamo.endpoint, region, credentials }),
  );
  const found: string[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: dynamo.tableName })) {
    for (const row of Items) {
      const body = Buffer.from(String(row.body ?? ''), 'base64');
      const text = body[0] === 0x1f && body[1] === 0x8b ? gunzipSync(body) : body;
      if (text.includes(NAME) || JSON.stringify(row).includes(NAME)) found.push(`${row.pk} ${row.sk}`);
    }
  }
  client.destroy();
  return found;
}

it('a purge leaves the name in no file of the agent, no log and no row of the store', async () => {
  const headers = { 'Idempotency-Key': 'alta' };
  const body = { user_id: '4711', name: NAME, password: '4821' };
  const created = await call('POST', PATH, body, headers);
  expect(created.status).toBe(200);
  await call('GET', `${PATH}?search=${encodeURIComponent(NAME)}`);
  await call('GET', PATH);
  await call('GET', `${PATH}/4711`);
  expect((await call('PUT', `${PATH}/4711`, { name: `${NAME} B` })).status).toBe(200);
  expect((await call('DELETE', `${PATH}/4711`)).status).toBe(200);
  expect((await call('POST', `${PATH}/4711/restore`)).status).toBe(200);
  expect(await rowsWithName()).not.toEqual([]);
  expect(filesWithName()).not.toEqual([]);

  expect((await call('DELETE', `${PATH}/4711?purge=true`)).status).toBe(200);
  expect(await rowsWithName()).toEqual([]);
  // The reply may be a moment ahead of the rest of the journal's log.
  await expect.poll(filesWithName, { timeout: 10_000 }).toEqual([]);
  expect(await call('POST', `${PATH}/4711/restore`)).toMatchObject({
    status: 404,
    body: { code: 'undo_not_found' },
  });

  const repeated = await call('POST', PATH, body, headers);
  expect(repeated).toMatchObject({ status: 200, body: { data: { user_id: '4711', name: '' } } });
  expect(repeated.headers.get('idempotent-replay')).toBe('true');
  expect(await call('GET', `${PATH}/4711`)).toMatchObject({ status: 404, body: { code: 'user_not_found' } });
  expect(await rowsWithName()).toEqual([]);
});
