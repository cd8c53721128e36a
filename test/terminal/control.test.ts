// The lock, the keypad, reboots.
import { expect, test } from 'vitest';
import { KeypadLockedError } from './keypad.ts';
import { u32 } from './raw-client.ts';
import { workbench } from './workbench.ts';

const { start, dial, connect } = workbench();

test('a plain disable outlives the client that asked for it', async () => {
  const terminal = await start({ users: 1 });
  const client = await connect(terminal);
  expect((await client.ask(1003)).command).toBe(2000);
  expect(terminal.enabled).toBe(false);
  client.destroy();
  await terminal.until(() => terminal.connections() === 0);
  expect(terminal.enabled).toBe(false);
  expect((await (await connect(terminal)).ask(1002)).command).toBe(2000);
  expect(terminal.enabled).toBe(true);
  expect(terminal.disabledStretches).toEqual([{ from: expect.any(Number), to: expect.any(Number) }]);
});

test('zero seconds, as some clients send them, are a plain disable', async () => {
  const terminal = await start({ timedDisable: 'refused' });
  const client = await connect(terminal);
  expect((await client.ask(1003, u32(0))).command).toBe(2000);
  expect((await client.ask(50)).command).toBe(2000);
  expect(terminal.enabled).toBe(false);
});

test('a timed disable ends by itself where it is honoured', async () => {
  const terminal = await start({ secondMs: 5 });
  await (await connect(terminal)).ask(1003, u32(20));
  expect(terminal.enabled).toBe(false);
  const since = terminal.disabledSince ?? 0;
  await terminal.until(() => terminal.enabled);
  expect(Date.now() - since).toBeGreaterThanOrEqual(95);
});

test('a timed disable that is renewed ends at its first time, and is noted', async () => {
  const terminal = await start({ secondMs: 5 });
  const client = await connect(terminal);
  await client.ask(1003, u32(10));
  await client.ask(1003, u32(100_000));
  await terminal.until(() => terminal.enabled);
  expect(terminal.violations).toEqual([expect.stringContaining('disabled already')]);
});

test('a timed disable may be refused, or its seconds ignored', async () => {
  const refusing = await start({ timedDisable: 'refused' });
  expect((await (await connect(refusing)).ask(1003, u32(1))).command).toBe(2001);
  expect(refusing.enabled).toBe(true);
  const ignoring = await start({ timedDisable: 'ignored', secondMs: 1 });
  await (await connect(ignoring)).ask(1003, u32(1));
  await expect(ignoring.until(() => ignoring.enabled, 50)).rejects.toThrow(/not so/);
});

test('the keypad adds under the next uid, edits in place, deletes, and moves the oplog', async () => {
  const terminal = await start({ users: 3 });
  const uid = terminal.keypad.addUser({ userId: '77', name: 'Inés' });
  expect(uid).toBe(4);
  const before = terminal.rawUsers()[3];
  terminal.keypad.editUser('77', { card: 5 });
  const after = terminal.rawUsers()[3];
  expect(after?.subarray(0, 35)).toEqual(before?.subarray(0, 35));
  expect(terminal.users()[3]).toMatchObject({ uid: 4, userId: '77', name: 'Inés', card: 5, group: 1 });
  terminal.keypad.deleteUser('77');
  expect(terminal.counters()).toMatchObject({ users: 3, oplog: 3 });
  expect(() => terminal.keypad.deleteUser('77')).toThrow(RangeError);
});

test('the keypad is dead while the terminal is disabled; who waits gets in afterwards', async () => {
  const terminal = await start();
  const client = await connect(terminal);
  await client.ask(1003);
  expect(() => terminal.keypad.addUser({ userId: '1' })).toThrow(KeypadLockedError);
  const waiting = terminal.keypad.whenUnlocked((keypad) => keypad.addUser({ userId: '2' }));
  expect(terminal.users()).toEqual([]);
  await client.ask(1002);
  expect(await waiting).toBe(1);
});

test('a reboot drops the clients, enables, and keeps what is stored', async () => {
  const terminal = await start({ users: 5 });
  const client = await connect(terminal);
  await client.ask(1003);
  await terminal.reboot();
  await client.closed();
  expect(terminal.enabled).toBe(true);
  expect((await (await connect(terminal)).ask(50)).data.readUInt32LE(16)).toBe(5);
});

test('a terminal that is away lets nobody in until it is back', async () => {
  const terminal = await start();
  const back = terminal.reboot(30);
  await (await dial(terminal)).closed();
  await back;
  expect((await (await connect(terminal)).ask(50)).command).toBe(2000);
});

test('1004 restarts without an answer, or with one where the terminal is polite', async () => {
  const silent = await connect(await start());
  silent.send(1004);
  await silent.closed();
  expect(silent.inbox).toEqual([]);
  const polite = await connect(await start({ answersRestart: true }));
  expect((await polite.ask(1004)).command).toBe(2000);
  await polite.closed();
});

test('whoever leaves without a refresh behind a write of their own is noted, and nobody else', async () => {
  const terminal = await start({ users: 3 });
  const [writer, reader] = [await connect(terminal), await connect(terminal)];
  expect((await writer.ask(1003)).command).toBe(2000);
  expect((await writer.ask(18, Buffer.from([1, 0]))).command).toBe(2000);
  expect((await reader.ask(50)).command).toBe(2000);
  expect((await reader.ask(1001)).command).toBe(2000);
  expect(terminal.violations).toEqual([]);
  expect((await writer.ask(1001)).command).toBe(2000);
  expect(terminal.violations).toEqual([expect.stringContaining('left without a refresh')]);
});
