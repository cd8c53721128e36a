// A command as any face can ask for it: a principal and values in, an outcome out, and errors that know no language.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { SCOPES } from '../../shared/api/scopes.ts';
import { ALL_SITES } from '../../shared/api/site-rights.ts';
import { SerenoError } from '../../shared/errors.ts';
import { iotClient } from '../clients.ts';
import { systemClock } from '../clock.ts';
import { DynamoDirectory } from '../directory/dynamo-directory.ts';
import { DeviceNotFound } from '../directory/locate.ts';
import { hello, startWorld, type World } from '../testing/world.ts';
import { DynamoClaims } from './dynamo-claims.ts';
import { DynamoLedger } from './dynamo-ledger.ts';
import { CommandFailure } from './failure.ts';
import { Idempotency } from './idempotency.ts';
import { IotSender } from './iot-sender.ts';
import { listOperations } from './listing.ts';
import { findOperation } from './operations.ts';
import { CallPlace } from './places.ts';
import type { CommandPorts } from './ports.ts';
import { DynamoEraser } from './purge.ts';
import { createDevice } from './registration.ts';
import type { Asking, CommandRequest } from './request.ts';
import { run } from './run.ts';

let world: World;
let ports: CommandPorts;
beforeAll(async () => {
  world = await startWorld();
  await hello(world, 'acme', 'casa-matriz', ['principal']);
  ports = {
    directory: new DynamoDirectory(world.table),
    ledger: new DynamoLedger(world.table),
    eraser: new DynamoEraser(world.table, systemClock),
    sender: new IotSender(iotClient(), systemClock),
    idempotency: new Idempotency(new DynamoClaims(world.table), Buffer.alloc(32, 1), systemClock),
    witness: { begin: async () => {}, settled: async () => {} },
    place: new CallPlace({ table: world.table, tenant: 'acme', most: 100, clock: systemClock }),
    clock: systemClock,
  };
});
afterAll(() => world.close());
beforeEach(() => {
  world.received.length = 0;
  world.agent = () => [
    { reply: { status: 'ok', verified: 'counters', data: { uid: 7, user_id: '123', name: 'Ana' } } },
  ];
});

function asking(change: Partial<Asking> = {}): Asking {
  return {
    principal: { tenant: 'acme', subject: 'ana@acme', scopes: new Set<string>(SCOPES), sites: ALL_SITES },
    key: null,
    until: Date.now() + 5000,
    async: false,
    origin: { face: 'rest', address: '', what: 'test', fields: [] },
    trace: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    ...change,
  };
}

function creation(change: Partial<Asking> = {}): CommandRequest<'userCreate'> {
  const args = { mode: 'create', user_id: '123', fields: { name: 'Ana' } } as const;
  return { ...asking(change), action: 'userCreate', device: 'principal', args };
}

test('a command is run for a principal, and its row says who asked', async () => {
  const { outcome, replayed } = await run(ports, creation());
  expect(replayed).toBe(false);
  expect(outcome).toMatchObject({
    kind: 'settled',
    command: { tenant: 'acme', subject: 'ana@acme', site: 'casa-matriz', device: 'principal', userId: '123' },
    settlement: { status: 'ok', verified: 'counters', data: { name: 'Ana' } },
  });
  expect(world.received).toMatchObject([{ op: 'user.put', traceparent: asking().trace }]);
});

test('under one key it is run once, and never for another request', async () => {
  const key = { text: 'k1', fingerprint: 'create 123', leaseUntil: Date.now() + 10_000 };
  const first = await run(ports, creation({ key }));
  const again = await run(ports, creation({ key }));
  expect(again).toEqual({ outcome: first.outcome, replayed: true });
  expect(world.received).toHaveLength(1);
  const other = creation({ key: { ...key, fingerprint: 'create 124' } });
  await expect(run(ports, other)).rejects.toMatchObject({ code: 'idempotency_mismatch' });
});

test('what is not waited for is pending, and found again by its id', async () => {
  const asked = creation({ async: true });
  const { outcome } = await run(ports, asked);
  expect(outcome).toEqual({ kind: 'pending', id: expect.any(String) });
  const id = outcome.kind === 'pending' ? outcome.id : '';
  await expect
    .poll(async () => (await findOperation(ports, asked.principal, id)).state, { timeout: 5000 })
    .toBe('succeeded');
  const { operations } = await listOperations(ports, asked.principal, { limit: 1 });
  expect(operations.map(({ command }) => command.id)).toEqual([id]);
  const stranger = { ...asked.principal, tenant: 'other' };
  await expect(findOperation(ports, stranger, id)).rejects.toMatchObject({ code: 'operation_not_found' });
});

test('a device that does not exist is refused with the ids that the caller may know', async () => {
  const request = { ...creation(), device: 'cocina' };
  const refused = run(ports, request);
  await expect(refused).rejects.toBeInstanceOf(DeviceNotFound);
  await expect(refused).rejects.toMatchObject({ available: ['principal'] });
  const principal = { ...request.principal, scopes: new Set(['users:write']) };
  await expect(run(ports, { ...request, principal })).rejects.toMatchObject({ available: null });
  expect(world.received).toEqual([]);
});

test('arguments that no terminal can hold are refused with code and params, in no language', async () => {
  const args = { mode: 'create', user_id: '9'.repeat(300), fields: { name: 'Ana' } } as const;
  const error: unknown = await run(ports, { ...creation(), args }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SerenoError);
  expect(error).toMatchObject({
    code: 'limit_exceeded',
    params: { field: 'user_id', device: 'principal', limit: '@limit_length', max: 256 },
  });
});

test('a registration asks the agent first; then the device is in the directory', async () => {
  world.agent = () => [{ reply: { status: 'ok', data: {} } }];
  const body = { id: 'bodega', name: 'Bodega', ip: '10.0.0.9' };
  const { outcome } = await createDevice(ports, asking(), body);
  expect(outcome).toMatchObject({ kind: 'settled', settlement: { status: 'ok' } });
  expect(await ports.directory.device('acme', 'bodega')).toMatchObject({
    host: '10.0.0.9',
    site: 'casa-matriz',
  });
  await expect(createDevice(ports, asking(), body)).rejects.toMatchObject({ code: 'device_exists' });
});

test('a failure keeps the code of a newer agent beside the one that is known here', async () => {
  const { outcome } = await run(ports, creation());
  if (outcome.kind !== 'settled') throw new Error('not settled');
  const failure = new CommandFailure(outcome.command, 'of_tomorrow', {}, 'no');
  expect(failure).toMatchObject({ code: 'internal', shownCode: 'of_tomorrow' });
});
