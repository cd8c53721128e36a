import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanEnvironment, newCredentials, REGION } from '../environment.ts';
import { Store, TABLE_NAME } from './store.ts';
import { forgetStrangers } from './strangers.ts';
import { Sweep } from './sweep.ts';

const credentials = newCredentials();
let folder: string;
let store: Store;

const start = (): Promise<Store> =>
  Store.start({
    path: join(folder, 'rows'),
    log: join(folder, 'log'),
    env: cleanEnvironment(),
    credentials,
    region: REGION,
    onDeath: (cause) => {
      throw cause;
    },
  });
const put = (pk: string, sk: string, more: Record<string, { S: string } | { N: string }> = {}) =>
  store.client.send(
    new PutItemCommand({ TableName: TABLE_NAME, Item: { pk: { S: pk }, sk: { S: sk }, ...more } }),
  );
const get = async (pk: string, sk: string) =>
  (
    await store.client.send(
      new GetItemCommand({ TableName: TABLE_NAME, Key: { pk: { S: pk }, sk: { S: sk } } }),
    )
  ).Item;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-store-'));
  store = await start();
});
afterAll(async () => {
  await store.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('rows and the index survive a restart', async () => {
  await put('T#a#C#1', 'C', { opsPk: { S: 'T#a' }, opsSk: { S: '2026' } });
  await store.stop();
  store = await start();
  expect(await get('T#a#C#1', 'C')).toMatchObject({ opsSk: { S: '2026' } });
  const listed = await store.client.send(
    new QueryCommand({
      TableName: TABLE_NAME,
      IndexName: 'ops',
      KeyConditionExpression: 'opsPk = :pk',
      ExpressionAttributeValues: { ':pk': { S: 'T#a' } },
    }),
  );
  expect(listed.Items).toHaveLength(1);
});

test('whoever has another key is refused', async () => {
  for (const wrong of [newCredentials(), { ...credentials, secretAccessKey: 'guessed' }]) {
    const stranger = new DynamoDBClient({
      endpoint: store.endpoint,
      region: REGION,
      credentials: wrong,
      maxAttempts: 1,
    });
    await expect(stranger.send(new ListTablesCommand())).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    stranger.destroy();
  }
});

test('a sweep takes what has expired and nothing else', async () => {
  await put('sweep', 'old', { expiresAt: { N: '1000' } });
  await put('sweep', 'young', { expiresAt: { N: '3000' } });
  await put('sweep', 'lasting');
  expect(await new Sweep(store.client, TABLE_NAME).run(2000)).toBe(1);
  expect(await get('sweep', 'old')).toBeUndefined();
  expect(await get('sweep', 'young')).toBeDefined();
  expect(await get('sweep', 'lasting')).toBeDefined();
});

test('devices of branches that do not run are forgotten, of this tenant alone', async () => {
  await put('T#b', 'D#here', { site: { S: 'norte' } });
  await put('T#b', 'D#moved', { site: { S: 'sur' } });
  await put('T#c', 'D#foreign', { site: { S: 'sur' } });
  await put('T#b', 'S#sur', { site: { S: 'sur' } });
  await forgetStrangers(store.client, TABLE_NAME, 'b', ['norte']);
  expect(await get('T#b', 'D#here')).toBeDefined();
  expect(await get('T#b', 'D#moved')).toBeUndefined();
  expect(await get('T#c', 'D#foreign')).toBeDefined();
  expect(await get('T#b', 'S#sur')).toBeDefined();
});
