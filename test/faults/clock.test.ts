// A wall clock that is ten minutes wrong: deadlines are kept by the measured clock of the cloud, and the skew is reported.
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { ulid } from 'ulid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { keys } from '../../cloud/store/keys.ts';
import { type Caller, callerOf } from '../e2e/client.ts';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { Arena } from './arena.ts';

const TEN_MINUTES = 600_000;
/** Messages between processes of one machine take no longer. */
const CLOSE_MS = 2000;

let arena: Arena;
let call: Caller;
let terminal: SimulatedTerminal;
let documents: DynamoDBDocumentClient;
beforeAll(async () => {
  arena = await Arena.start(['plain']);
  call = callerOf(arena.system.url, arena.system.token);
  terminal = arena.terminal('plain');
  const { region, credentials, dynamo } = arena.system;
  documents = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: dynamo.endpoint, region, credentials: { ...credentials } }),
  );
});
afterAll(async () => {
  documents.destroy();
  await arena.stop();
});

async function toldOffset(): Promise<number | null> {
  const Key = { ...keys.site('faults', 'sede') };
  const { Item } = await documents.send(new GetCommand({ TableName: arena.system.dynamo.tableName, Key }));
  return (Item?.clockOffsetMs as number | undefined) ?? null;
}

const create = (userId: string) => call('POST', '/devices/plain/users', { user_id: userId, name: 'Ana' });
const holds = (userId: string) => terminal.users().some((user) => user.userId === userId);

describe.each([
  ['ahead', TEN_MINUTES],
  ['behind', -TEN_MINUTES],
])('a clock that is stepped ten minutes %s', (_, aheadMs) => {
  it('lets nothing expire that is in time, and is told to the directory', async () => {
    arena.setClock(aheadMs);
    expect((await create(`80${aheadMs > 0 ? 1 : 2}`)).status).toBe(200);
    // The agent may have answered before its clock was stepped: every further message measures it anew.
    const wrongBy = async () => {
      await call('GET', '/devices/plain/ping');
      return Math.abs(((await toldOffset()) ?? 0) - aheadMs);
    };
    await expect.poll(wrongBy, { timeout: 90_000, interval: 500 }).toBeLessThan(CLOSE_MS);
  }, 120_000);

  it('runs nothing whose deadline has passed', async () => {
    const id = ulid();
    const now = Date.now();
    const command = {
      v: 1,
      id,
      op: 'user.put',
      device: 'plain',
      issuedAt: now - 40_000,
      notAfter: now - 5000,
      via: 'publish',
      args: { mode: 'create', user_id: '899', fields: { name: 'Late' } },
    };
    const reply = new Promise((resolve) => {
      arena.line.watchRows = ({ pk, sk }) => pk.endsWith(id) && resolve(sk);
    });
    arena.system.broker.publish(
      { tenant: 'faults', site: 'sede' },
      Buffer.from(JSON.stringify(command)),
      1,
      60,
    );
    expect(await reply).toContain('expired');
    expect(holds('899')).toBe(false);
  });

  it('does the same after a restart, before anything was measured anew', async () => {
    arena.agent.kill();
    await expect.poll(() => arena.isConnected).toBe(false);
    expect(await arena.connected(20_000)).toBe(true);
    expect((await create(`81${aheadMs > 0 ? 1 : 2}`)).status).toBe(200);
  });
});
