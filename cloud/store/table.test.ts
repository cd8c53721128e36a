// Conditional writes whose answer is lost: made once, known as one's own; what others wrote stays a refusal.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DynamoClaims } from '../commands/dynamo-claims.ts';
import { DynamoLedger } from '../commands/dynamo-ledger.ts';
import type { CommandRow } from '../commands/ledger.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { DynamoEnrolments } from '../enrolment/dynamo-enrolments.ts';
import { DynamoSiteAgents } from '../enrolment/dynamo-site-agents.ts';
import type { Fate } from '../testing/servers.ts';
import { startWorld, type World } from '../testing/world.ts';
import { newDocumentClient } from './client.ts';
import type { Query } from './expressions.ts';
import { Table } from './table.ts';

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
  eventsWaiting: null,
  disk: null,
  devices: [],
  certificate: null,
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
  const ownTable = () => new Table(newDocumentClient(), world.tableName);
  const key = { pk: 'p', sk: 's' };
  const isNew = { condition: 'attribute_not_exists(pk)' };

  test('a put is one’s own; of two writers one is refused', async () => {
    const table = ownTable();
    next(fate);
    expect(await table.putIf({ ...key, value: 1 }, isNew)).toBe(true);
    next(fate);
    expect(await table.putIf({ ...key, value: 2 }, isNew)).toBe(false);
    expect(await world.everything()).toMatchObject([{ value: 1 }]);
  });

  test('a change is made once', async () => {
    const table = ownTable();
    await table.putIf({ ...key, count: 0 }, isNew);
    const more = { set: '#count = #count + :one', condition: 'attribute_exists(pk)', values: { one: 1 } };
    next(fate);
    expect(await table.changedIf(key, more)).toMatchObject({ count: 1 });
    next(fate);
    expect(await table.updateIf(key, more)).toBe(true);
    next(fate);
    expect(await table.updateIf(key, { ...more, ...isNew })).toBe(false);
    expect(await world.table.get(key)).toMatchObject({ count: 2 });
  });

  test('a delete is done when the row is gone', async () => {
    const table = ownTable();
    await table.putIf({ ...key, kind: 'x' }, isNew);
    const remove = (kind: string) => table.deleteIf(key, { condition: '#kind = :kind', values: { kind } });
    next(fate);
    expect(await remove('y')).toBe(false);
    next(fate);
    expect(await remove('x')).toBe(true);
    expect(await world.everything()).toEqual([]);
  });

  test('everything that the cloud creates or takes is known as one’s own', async () => {
    const table = ownTable();
    const directory = new DynamoDirectory(table);
    const ledger = new DynamoLedger(table);
    const claims = new DynamoClaims(table);
    const agents = new DynamoSiteAgents(table);
    const enrolments = new DynamoEnrolments(table);
    const claimKey = { tenant: 'acme', hash: 'h' };
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
      claim: () => claims.create(claimKey, claim, 1),
      take: () => claims.take(claimKey, claim, { ...claim, owner: 'you' }, 2),
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
    const table = ownTable();
    const ledger = new DynamoLedger(table);
    await ledger.create(command);
    next(fate);
    expect(await ledger.tryAgain('acme', command.id)).toMatchObject({ tries: 2 });
  });
});

describe('a query', () => {
  const rows = ['a', 'b1', 'b2', 'c'].map((sk) => ({ pk: 'p', sk, size: sk.length, opsPk: 'i', opsSk: sk }));
  beforeEach(async () => {
    for (const row of rows) await world.table.put(row);
    await world.table.put({ pk: 'other', sk: 'b3' });
  });
  const found = async (query: Omit<Query, 'pk'>) =>
    (await world.table.query({ pk: query.index === true ? 'i' : 'p', ...query })).map(({ sk }) => sk);

  test.each([true, undefined])(
    'has the rows of its partition and of those sort keys, index: %s',
    async (index) => {
      const on = index === true ? { index } : {};
      expect(await found(on)).toEqual(['a', 'b1', 'b2', 'c']);
      expect(await found({ ...on, sk: { begins: 'b' } })).toEqual(['b1', 'b2']);
      expect(await found({ ...on, sk: { before: 'b2' } })).toEqual(['a', 'b1']);
      expect(await found({ ...on, sk: { after: 'b1' }, backwards: true })).toEqual(['c', 'b2']);
      expect(await found({ ...on, sk: { from: 'b1', to: 'b2' } })).toEqual(['b1', 'b2']);
      expect(await found({ ...on, filter: '#size = :size', values: { size: 1 } })).toEqual(['a', 'c']);
    },
  );

  test('ends a page where it is told to, and tells where the next one begins', async () => {
    const { rows: two, last } = await world.table.page({ pk: 'p', only: ['sk'] }, 2);
    expect(two).toEqual([{ sk: 'a' }, { sk: 'b1' }]);
    expect(last).toMatchObject({ sk: 'b1' });
    expect((await world.table.page({ pk: 'p' }, 10)).last).toBeNull();
  });

  test('a value that no expression names does no harm, one that is missing is loud', async () => {
    expect(await found({ values: { size: 1 } })).toHaveLength(4);
    await expect(found({ filter: '#size = :size' })).rejects.toThrow(/:size/);
  });
});
