// Faults by name, each seen from the client's side of the line.
import { expect, test } from 'vitest';
import { hex, type RawClient, u32 } from './raw-client.ts';
import { seedUsers } from './seed.ts';
import type { Fault, SimulatedTerminal } from './terminal.ts';
import { workbench } from './workbench.ts';

const { start, connect } = workbench();
const RECORD = seedUsers(1)[0] ?? Buffer.alloc(72);
const USERS = hex('01 09 00 05 00 00 00 00 00 00 00');

async function disabled(fault: Fault): Promise<{ terminal: SimulatedTerminal; client: RawClient }> {
  const terminal = await start();
  const client = await connect(terminal);
  await client.ask(1003);
  terminal.faults.add(fault);
  return { terminal, client };
}

test.each([
  ['drop', 'before-effect', 0],
  ['drop', 'after-effect', 1],
  ['apply-without-ack', undefined, 1],
] as const)('%s (%s) leaves the client without an answer and %i users', async (kind, when, users) => {
  const { terminal, client } = await disabled({ kind, command: 8, times: 1, ...(when && { when }) });
  client.send(8, RECORD);
  // Requests are served in order: once this one is answered, the one before will never be.
  expect((await client.ask(50)).data.readUInt32LE(16)).toBe(users);
  expect(terminal.users()).toHaveLength(users);
});

test('an acknowledgement without effect changes nothing', async () => {
  const { terminal, client } = await disabled({ kind: 'ack-without-effect', command: 8 });
  expect((await client.ask(8, RECORD)).command).toBe(2000);
  expect(terminal.users()).toEqual([]);
});

test('a refusal is 2001 or the code asked for, as often as asked for', async () => {
  const { terminal, client } = await disabled({ kind: 'refuse', command: 8, times: 1 });
  terminal.faults.add({ kind: 'refuse', command: 8, times: 1, reply: 65_533 });
  const replies = [await client.ask(8, RECORD), await client.ask(8, RECORD), await client.ask(8, RECORD)];
  expect(replies.map((reply) => reply.command)).toEqual([2001, 65_533, 2000]);
});

test.each([
  ['cut', 'before-effect', 0],
  ['cut', 'after-effect', 1],
  ['silent-close', 'before-effect', 0],
] as const)('%s (%s) ends the line without an answer, with %i users', async (kind, when, users) => {
  const { terminal, client } = await disabled({ kind, when, command: 8 });
  client.send(8, RECORD);
  await client.closed();
  expect(client.inbox).toEqual([]);
  expect(terminal.users()).toHaveLength(users);
  await terminal.until(() => terminal.connections() === 0);
});

test('a terminal may keep what it says to have no room for', async () => {
  const { terminal, client } = await disabled({ kind: 'full', when: 'after-effect', times: 1 });
  expect((await client.ask(8, RECORD)).command).toBe(2001);
  expect(terminal.users()).toHaveLength(1);
});

test('a request that arrives twice is served and answered twice', async () => {
  const terminal = await start();
  const client = await connect(terminal);
  await client.ask(1003);
  let strikes = 0;
  terminal.faults.add({ kind: 'request-twice', command: 18, times: 1 }, () => strikes++);
  await client.ask(8, RECORD);
  expect((await client.ask(18, RECORD.subarray(0, 2))).command).toBe(2000);
  expect((await client.next()).command).toBe(2001);
  expect([terminal.users(), strikes]).toEqual([[], 1]);
});

test.each([
  ['is noted', [], 1],
  ['is not noted once a fault has struck the conversation', [{ kind: 'delay', command: 8, ms: 1 }], 0],
] as const)('who leaves without a refresh %s', async (_, faults, notes) => {
  const terminal = await start();
  const client = await connect(terminal);
  await client.ask(1003);
  for (const fault of faults) terminal.faults.add(fault);
  await client.ask(8, RECORD);
  await client.ask(1001);
  expect(terminal.violations.filter((text) => text.includes('without a refresh'))).toHaveLength(notes);
});

test('full refuses new users only', async () => {
  const { terminal, client } = await disabled({ kind: 'full' });
  expect((await client.ask(8, RECORD)).command).toBe(2001);
  terminal.faults.clear();
  expect((await client.ask(8, RECORD)).command).toBe(2000);
  terminal.faults.add({ kind: 'full' });
  expect((await client.ask(8, RECORD)).command).toBe(2000);
});

test('a stall holds the request until the fault is taken away', async () => {
  const terminal = await start();
  const client = await connect(terminal);
  const remove = terminal.faults.add({ kind: 'stall', times: 1 });
  client.send(50);
  await terminal.until(() => terminal.log.at(-1)?.command === 50);
  expect((await (await connect(terminal)).ask(50)).command).toBe(2000);
  expect(client.inbox).toEqual([]);
  remove();
  expect((await client.next()).command).toBe(2000);
});

test('a stalled write that the client gave up is never carried out', async () => {
  const { terminal, client } = await disabled({ kind: 'stall', command: 8 });
  client.send(8, RECORD);
  await terminal.until(() => terminal.log.at(-1)?.command === 8);
  client.destroy();
  await terminal.until(() => terminal.connections() === 0);
  terminal.faults.clear();
  const other = await connect(terminal);
  expect((await other.ask(50)).data.readUInt32LE(16)).toBe(0);
});

test('a stall after the effect keeps the acknowledgement alone back', async () => {
  const { terminal, client } = await disabled({ kind: 'stall', when: 'after-effect', command: 8 });
  client.send(8, RECORD);
  await terminal.until(() => terminal.users().length === 1);
  expect(client.inbox).toEqual([]);
  terminal.faults.clear();
  expect((await client.next()).command).toBe(2000);
});

test('a delayed answer comes late', async () => {
  const { client } = await disabled({ kind: 'delay', command: 50, ms: 60 });
  const asked = performance.now();
  await client.ask(50);
  expect(performance.now() - asked).toBeGreaterThanOrEqual(58);
});

test.each([0, 1, 20, 1500, 14_000])(
  'the line is cut after exactly %i bytes of a read',
  async (afterBytes) => {
    const terminal = await start({ users: 200 });
    const client = await connect(terminal);
    const { length } = (await client.ask(1503, USERS)).data;
    expect(length).toBe(13);
    const before = client.received;
    terminal.faults.add({ kind: 'cut-after-bytes', command: 1504, afterBytes, times: 1 });
    for (let at = 0; at < 14_400; at += 2400) client.send(1504, u32(at, 2400));
    await client.closed();
    expect(client.received - before).toBe(afterBytes);
    expect((await (await connect(terminal)).ask(50)).command).toBe(2000);
  },
);

test('garbage is no answer, and the terminal goes on', async () => {
  const { terminal, client } = await disabled({ kind: 'garbage', command: 50, times: 1 });
  const before = client.received;
  client.send(50);
  await client.bytes(before + 1);
  expect(client.inbox).toEqual([]);
  client.send(1002);
  await terminal.until(() => terminal.enabled);
});

test('a duplicate answer comes twice under one reply id', async () => {
  const { client } = await disabled({ kind: 'duplicate', command: 50 });
  const first = await client.ask(50);
  expect(await client.next()).toEqual(first);
});

test('slowness is per command, per write and per KB', async () => {
  const terminal = await start({ users: 100, latency: { perCommandMs: 10, perWriteMs: 30, perKbMs: 5 } });
  const client = await connect(terminal);
  const timed = async (command: number, data?: Buffer): Promise<number> => {
    const asked = performance.now();
    await client.ask(command, data);
    return performance.now() - asked;
  };
  expect(await timed(1003)).toBeGreaterThanOrEqual(9);
  expect(await timed(8, RECORD)).toBeGreaterThanOrEqual(39);
  await client.ask(1503, USERS);
  const asked = performance.now();
  client.send(1504, u32(0, 7204));
  for (;;) if ((await client.next()).command === 2000) break;
  expect(performance.now() - asked).toBeGreaterThanOrEqual(10 + 30);
});

test('a fault of an unknown kind is refused', async () => {
  const terminal = await start();
  expect(() => terminal.faults.add({ kind: 'explode' as 'drop' })).toThrow(/kind/);
});
