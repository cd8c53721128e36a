import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { listen, stopServer } from '../http.ts';
import type { Serve } from './inside.ts';
import { intentFile, noIntent } from './intent.ts';
import { rowsOf, TABLE } from './testing/rows.ts';
import { Transactions } from './transactions.ts';

interface Running {
  readonly client: DynamoDBClient;
  readonly transactions: Transactions;
  stop(): Promise<void>;
}

let conflicts = 0;

/** A store with transactions; on disk where a folder is named. */
async function open(folder?: string): Promise<Running> {
  const times = { createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 };
  const path = folder === undefined ? undefined : join(folder, 'rows');
  const inner: Server = dynalite(path === undefined ? times : { ...times, path });
  const [serve] = inner.listeners('request') as [Serve];
  const transactions = new Transactions({
    serve: (request, response) => serve.call(inner, request, response),
    intent: path === undefined ? noIntent : intentFile(`${path}.transaction`),
    conflicts: () => conflicts-- > 0,
  });
  const outer = createServer(transactions.handle);
  const port = await listen(outer, 0);
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
  });
  return {
    client,
    transactions,
    async stop() {
      client.destroy();
      await stopServer(outer, 100);
      await once(inner.listen(0), 'listening');
      await new Promise((resolve) => inner.close(resolve));
    },
  };
}

async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({
        AttributeName,
        AttributeType: 'S' as const,
      })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  );
  for (let status = ''; status !== 'ACTIVE'; ) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName: TABLE }));
    status = Table?.TableStatus ?? '';
  }
}

const key = (sk: string) => ({ pk: { S: 'killed' }, sk: { S: sk } });
const put = (sk: string, value: string): TransactWriteItem => ({
  Put: { TableName: TABLE, Item: { ...key(sk), value: { S: value } } },
});
const putNew = (sk: string): TransactWriteItem => ({
  Put: { TableName: TABLE, Item: key(sk), ConditionExpression: 'attribute_not_exists(pk)' },
});

async function valuesOf(client: DynamoDBClient): Promise<Record<string, string>> {
  const { Items = [] } = await client.send(new ScanCommand({ TableName: TABLE, ConsistentRead: true }));
  return Object.fromEntries(Items.map(({ sk, value }) => [sk?.S ?? '', value?.S ?? '']));
}

describe('one transaction', () => {
  let store: Running;
  const transact = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
    store.client.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));

  beforeAll(async () => {
    store = await open();
    await createTable(store.client);
  });
  afterAll(() => store.stop());
  afterEach(() => {
    conflicts = 0;
  });

  test('writes all of its rows, and its conditions are about rows as they were before', async () => {
    await transact([put('one', 'a'), put('two', 'b')]);
    await transact([
      {
        Update: {
          TableName: TABLE,
          Key: key('one'),
          UpdateExpression: 'SET #value = :next',
          ConditionExpression: '#value = :before',
          ExpressionAttributeNames: { '#value': 'value' },
          ExpressionAttributeValues: { ':next': { S: 'c' }, ':before': { S: 'a' } },
        },
      },
      { Delete: { TableName: TABLE, Key: key('two') } },
      {
        ConditionCheck: {
          TableName: TABLE,
          Key: key('three'),
          ConditionExpression: 'attribute_not_exists(pk)',
        },
      },
    ]);
    expect(await valuesOf(store.client)).toEqual({ one: 'c' });
  });

  test('writes none where one condition fails, and says which', async () => {
    await transact([put('there', 'x')]);
    const before = await valuesOf(store.client);
    const refused = await transact([put('fresh', 'y'), putNew('there'), put('one', 'z')]).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(TransactionCanceledException);
    const codes = (refused as TransactionCanceledException).CancellationReasons?.map(({ Code }) => Code);
    expect(codes).toEqual(['None', 'ConditionalCheckFailed', 'None']);
    expect(await valuesOf(store.client)).toEqual(before);
  });

  test('counts once under one token, and a token is not another request’s', async () => {
    const add = (by: string): TransactWriteItem => ({
      Update: {
        TableName: TABLE,
        Key: key('counter'),
        UpdateExpression: 'ADD times :by',
        ExpressionAttributeValues: { ':by': { N: by } },
      },
    });
    await transact([add('1')], 'a-token');
    await transact([add('1')], 'a-token');
    const { Item } = await store.client.send(new GetItemCommand({ TableName: TABLE, Key: key('counter') }));
    expect(Item?.times).toEqual({ N: '1' });
    await expect(transact([add('2')], 'a-token')).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
    });
  });

  test.each([
    ['two operations on one row', [put('twice', 'a'), put('twice', 'b')]],
    ['101 rows', Array.from({ length: 101 }, (_, at) => put(`many-${at}`, 'a'))],
    ['a condition that is none', [{ Put: { TableName: TABLE, Item: key('x'), ConditionExpression: '((' } }]],
  ])('with %s is no valid one and writes nothing', async (_what, items) => {
    const before = await valuesOf(store.client);
    await expect(transact(items)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await valuesOf(store.client)).toEqual(before);
  });

  test('that meets another one is called off with the reason that AWS gives', async () => {
    conflicts = 1;
    await expect(transact([put('one', 'late')])).rejects.toMatchObject({
      CancellationReasons: [{ Code: 'TransactionConflict' }],
    });
    await transact([put('one', 'later')]);
    expect((await valuesOf(store.client)).one).toBe('later');
  });

  test('is never between the rows of another, nor is a single write', async () => {
    const sums = ['left', 'right'];
    const shift = (from: string, to: string) => {
      const change = (sk: string, by: string): TransactWriteItem => ({
        Update: {
          TableName: TABLE,
          Key: key(sk),
          UpdateExpression: 'ADD times :by',
          ExpressionAttributeValues: { ':by': { N: by } },
        },
      });
      return transact([change(from, '-1'), change(to, '1')]);
    };
    const single = (at: number) =>
      store.client.send(new PutItemCommand({ TableName: TABLE, Item: { ...key(`single-${at}`) } }));
    await Promise.all(
      Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? shift('left', 'right') : single(at))),
    );
    const rows = await Promise.all(
      sums.map((sk) => store.client.send(new GetItemCommand({ TableName: TABLE, Key: key(sk) }))),
    );
    expect(rows.map(({ Item }) => Item?.times?.N)).toEqual(['-20', '20']);
  });
});

describe('a process that is killed', () => {
  const ROWS = 5;
  const untouched = Object.fromEntries(rowsOf(ROWS).map((row) => [row, 'old']));
  const changed = { 'row-0': 'new', 'row-1': 'new', 'row-3': 'new', 'row-4': 'new' };
  const victim = fileURLToPath(new URL('./testing/victim.ts', import.meta.url));

  test.each([
    ['before the intent is on disk', 'before', untouched],
    ['before the first row', '0', changed],
    ['after the first row', '1', changed],
    ['after two rows', '2', changed],
    ['before the last row', '4', changed],
    ['after the last row', 'after', changed],
  ])('%s leaves the transaction whole or not at all', async (_title, where, expected) => {
    const folder = mkdtempSync(join(tmpdir(), 'sereno-killed-'));
    try {
      const before = await open(folder);
      await createTable(before.client);
      await Promise.all(
        rowsOf(ROWS).map((sk) =>
          before.client.send(
            new PutItemCommand({ TableName: TABLE, Item: { ...key(sk), value: { S: 'old' } } }),
          ),
        ),
      );
      await before.stop();
      const child = spawn(process.execPath, [victim, folder, String(ROWS), where], { stdio: 'inherit' });
      const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
      expect(signal).toBe('SIGKILL');
      const after = await open(folder);
      await after.transactions.recover();
      expect(await valuesOf(after.client)).toEqual(expected);
      expect(existsSync(join(folder, 'rows.transaction'))).toBe(false);
      await after.stop();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
