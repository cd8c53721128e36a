// Conditional writes whose answer is lost: made once, known as one's own; what others wrote stays a refusal.
import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newDocumentClient } from './clients.ts';
import { DynamoClaims } from './commands/dynamo-claims.ts';
import { DynamoLedger } from './commands/dynamo-ledger.ts';
import type { CommandRow } from './commands/ledger.ts';
import { changedIf, deleteIf, putIf, updateIf } from './conditional.ts';
import { DynamoDirectory } from './directory/dynamo-directory.ts';
import { DynamoEnrolments } from './enrolment/dynamo-enrolments.ts';
import { DynamoSiteAgents } from './enrolment/dynamo-site-agents.ts';
import { type Fate, startWorld, type World } from './testing/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(async () => {
  world.fate = () => 'served';
  await world.clear();
});

/** The next request fares so, those after it are served. */
function next(fate: Fate): void {
  let count = 0;
  world.fate = () => (++count === 1 ? fate : 'served');
}

const at = { tenant: 'acme', site: 'norte' };
const device = {
  id: 'a',
  site: 'norte',
  name: 'A',
  host: '10.0.0.1',
  port: 4370,
  source: 'api',
  reachable: null,
  lastSeen: null,
} as const;
const hello = {
  session: 's',
  agentVersion: '1',
  helloOrder: 1,
  clockOffsetMs: 0,
  journalDepth: 0,
  ownSessions: ['s'],
};
const claim = { commandId: 'c', requestHash: 'h', owner: 'me', leaseUntil: 10, expiresAt: 1000 };
const command: CommandRow = {
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAV',
  ...at,
  device: 'a',
  deviceName: 'A',
  route: 'userCreate',
  op: 'user.put',
  issuedAt: 1,
  notAfter: 2,
  tries: 1,
};

describe.each(['unanswered', 'failed', 'lost'] as const)('whose first try is %s', (fate) => {
  // A client that met many failures tries no more: each test has one of its own.
  const base = () => ({ client: newDocumentClient(), TableName: world.tableName });

  test('a put is one’s own; of two writers one is refused', async () => {
    const { client, TableName } = base();
    const put = (value: number) =>
      putIf(client, {
        TableName,
        Item: { pk: 'p', sk: 's', value },
        ConditionExpression: 'attribute_not_exists(pk)',
      });
    next(fate);
    expect(await put(1)).toBe(true);
    next(fate);
    expect(await put(2)).toBe(false);
    expect(await world.everything()).toMatchObject([{ value: 1 }]);
  });

  test('a change is made once', async () => {
    const { client, TableName } = base();
    const Key = { pk: 'p', sk: 's' };
    await putIf(client, {
      TableName,
      Item: { ...Key, count: 0 },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    const more = {
      TableName,
      Key,
      UpdateExpression: 'SET #count = #count + :one',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':one': 1 },
    };
    next(fate);
    expect(await changedIf(client, more)).toMatchObject({ count: 1 });
    next(fate);
    expect(await updateIf(client, more)).toBe(true);
    next(fate);
    expect(await updateIf(client, { ...more, ConditionExpression: 'attribute_not_exists(pk)' })).toBe(false);
    const { Item } = await world.documents.send(new GetCommand({ TableName, Key }));
    expect(Item).toMatchObject({ count: 2 });
  });

  test('a delete is done when the row is gone', async () => {
    const { client, TableName } = base();
    const Key = { pk: 'p', sk: 's' };
    const ConditionExpression = '#kind = :kind';
    const where = { ConditionExpression, ExpressionAttributeNames: { '#kind': 'kind' } };
    await putIf(client, {
      TableName,
      Item: { ...Key, kind: 'x' },
      ConditionExpression: 'attribute_not_exists(pk)',
    });
    next(fate);
    const remove = (kind: string) =>
      deleteIf(client, { TableName, Key, ...where, ExpressionAttributeValues: { ':kind': kind } });
    expect(await remove('y')).toBe(false);
    next(fate);
    expect(await remove('x')).toBe(true);
    expect(await world.everything()).toEqual([]);
  });

  test('everything that the cloud creates or takes is known as one’s own', async () => {
    const { client, TableName } = base();
    const directory = new DynamoDirectory(client, TableName);
    const ledger = new DynamoLedger(client, TableName);
    const claims = new DynamoClaims(client, TableName);
    const agents = new DynamoSiteAgents(client, TableName);
    const enrolments = new DynamoEnrolments(client, TableName);
    const key = { tenant: 'acme', hash: 'h' };
    const steps: Record<string, () => Promise<unknown>> = {
      site: () => agents.addSite(at, 'Norte', 1),
      device: () => directory.addDevice('acme', device, 2),
      put: () => directory.putDevice('acme', device, 3, 3),
      change: () => directory.changeDevice('acme', 'norte', 'a', { name: 'B' }, 4),
      contact: () => directory.noteContact('acme', device, 5),
      greet: async () => (await directory.greet('acme', 'norte', hello, 6)).taken,
      leave: () => directory.leave('acme', 'norte', 's', 7),
      command: () => ledger.create(command),
      unsent: () => ledger.markUnsent('acme', command.id, { code: 'agent_offline', params: {}, at: 1 }),
      claim: () => claims.create(key, claim, 1),
      take: () => claims.take(key, claim, { ...claim, owner: 'you' }, 2),
      expect: () => agents.expect(at, 'cert', 9),
      revoke: () => agents.revoke(at, 10),
      token: async () => {
        await enrolments.add('hash', { ...at, createdAt: 1, validUntil: 100 });
        next(fate);
        return (await enrolments.claim('hash', 'pub', 2)) !== null;
      },
      remove: () => directory.removeDevice('acme', 'norte', 'a'),
      gone: () => agents.removeSite(at, 6),
    };
    for (const [name, step] of Object.entries(steps)) {
      next(fate);
      expect([name, await step()]).toEqual([name, true]);
    }
  });

  test('a further try of a command is counted once', async () => {
    const { client, TableName } = base();
    const ledger = new DynamoLedger(client, TableName);
    await ledger.create(command);
    next(fate);
    expect(await ledger.tryAgain('acme', command.id)).toMatchObject({ tries: 2 });
  });
});
