// The function behind the IoT rules: what an agent is told of its hello.
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Hello } from '../../shared/wire/envelope.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { handler as presence } from './presence.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => {
  world.received.length = 0;
});

function helloFrom(site: string, ids: readonly string[], change: Partial<Hello> = {}) {
  const devices = ids.map((id) => ({
    id,
    name: id,
    host: '10.0.0.1',
    port: 4370,
    source: 'file',
    timezone: 'UTC',
    reachable: true,
    lastSeen: 1,
  }));
  const body = {
    v: 1,
    session: 's',
    agentVersion: '1',
    at: Date.now(),
    clockOffsetMs: 0,
    journalDepth: 0,
    tenureSince: 0,
    devices,
    ...change,
  };
  return {
    tenant: 'acme',
    site,
    kind: 'hello',
    at: Date.now(),
    body: Buffer.from(JSON.stringify(body)).toString('base64'),
  };
}

test('an agent is told which of its devices another site holds, and of no others', async () => {
  await hello(world, 'acme', 'casa', ['principal', 'entrada']);
  await hello(world, 'rival', 'casa', ['bodega']);
  expect(await presence(helloFrom('sur', ['bodega', 'entrada', 'principal']))).toMatchObject({
    applied: true,
    refused: ['entrada', 'principal'],
  });
  expect(world.received).toMatchObject([
    { op: 'device.refused', args: { devices: ['entrada', 'principal'] } },
  ]);
  expect(world.received[0]!.device).toBeUndefined();
});

test('an agent is told since when it alone has spoken for the site, until its hellos say that it knows', async () => {
  const first = helloFrom('este', [], { session: 'a', seq: 3, tenureSince: null });
  await presence(first);
  expect(world.received).toMatchObject([{ op: 'site.tenure', args: { session: 'a', seq: 3, since: 0 } }]);
  await presence(helloFrom('este', [], { session: 'a', seq: 4, tenureSince: 0 }));
  expect(world.received).toHaveLength(1);
  await presence(
    helloFrom('este', [], { session: 'old', tenureSince: undefined, ownSessions: ['old', 'a'] }),
  );
  expect(world.received).toHaveLength(1);
  const other = helloFrom('este', [], { session: 'b', seq: 1, tenureSince: null });
  await presence(other);
  expect(world.received[1]).toMatchObject({ args: { session: 'b', seq: 1, since: other.at } });
});

test('an agent whose devices are its own is told nothing, and one that cannot be told does no harm', async () => {
  await presence(helloFrom('sur', ['bodega']));
  expect(world.received).toEqual([]);
  world.directStatus.push(500);
  world.publishStatus.push(500);
  expect(await presence(helloFrom('sur', ['principal']))).toMatchObject({ refused: ['principal'] });
});

test('by the clock the broker is asked, and a branch that has gone without a word is away', async () => {
  const isOnline = async () => {
    const directory = new DynamoDirectory(world.table);
    return (await directory.site('acme', 'oeste'))?.connected;
  };
  await presence(helloFrom('oeste', []));
  world.connections.set('acme_oeste', { connected: true });
  expect(await presence({ kind: 'sweep' })).toBeNull();
  expect(await isOnline()).toBe(true);
  world.connections.set('acme_oeste', { connected: false, disconnectedSince: Date.now() });
  // A hello within the very millisecond of the question is one of a new connection.
  await setTimeout(2);
  await presence({ kind: 'sweep' });
  expect(await isOnline()).toBe(false);
});

test.each(['hello', 'will'])('a malformed %s is not a failure of the function', async (kind) => {
  const body = Buffer.from('{"v":1,"session":7').toString('base64');
  await presence(helloFrom('centro', []));
  expect(await presence({ tenant: 'acme', site: 'centro', kind, at: Date.now(), body })).toEqual({
    applied: false,
    refused: [],
    dropped: 1,
  });
});
