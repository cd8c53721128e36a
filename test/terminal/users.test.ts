// Users over the protocol: the documented write, upserts, refusals, counters, and bytes that survive.
import { expect, test } from 'vitest';
import { hex, u32 } from './raw-client.ts';
import { seedUsers } from './seed.ts';
import { workbench } from './workbench.ts';

const { start, connect } = workbench();

/** uid 14, privilege 6, password 123456, "Nuevo", card 6543, group 1, user_id 11224488; 7C is junk after a NUL. */
const DOCUMENTED = Buffer.concat([
  hex('0e 00 06 31 32 33 34 35 36 00 7c 4e 75 65 76 6f'),
  Buffer.alloc(19),
  hex('8f 19 00 00 01 00 00 00 00 00 00 00 00'),
  hex('31 31 32 32 34 34 38 38'),
  Buffer.alloc(16),
]);

test('the documented write is understood and kept byte by byte', async () => {
  const terminal = await start();
  const client = await connect(terminal);
  await client.ask(1003);
  expect((await client.ask(8, DOCUMENTED)).command).toBe(2000);
  expect(terminal.rawUsers()).toEqual([DOCUMENTED]);
  expect(terminal.users()[0]).toMatchObject({
    uid: 14,
    userId: '11224488',
    name: 'Nuevo',
    password: '123456',
    privilege: 6,
    disabled: false,
    card: 6543,
    group: 1,
  });
  expect(terminal.violations).toEqual([]);
});

test('a write under a uid that is taken overwrites whoever is there', async () => {
  const terminal = await start({ users: [{ uid: 14, userId: '5', name: 'Otra' }] });
  const client = await connect(terminal);
  await client.ask(1003);
  await client.ask(8, DOCUMENTED);
  expect(terminal.users().map((user) => user.name)).toEqual(['Nuevo']);
});

test('a user written while the terminal is enabled is noted, and refused where the terminal minds', async () => {
  const [careless, strict] = [await start(), await start({ writesNeedDisable: true })];
  expect((await (await connect(careless)).ask(8, DOCUMENTED)).command).toBe(2000);
  expect((await (await connect(strict)).ask(8, DOCUMENTED)).command).toBe(2001);
  expect(careless.violations).toEqual([expect.stringContaining('write user (8) while enabled')]);
  expect(strict.violations).toHaveLength(1);
  expect(strict.users()).toEqual([]);
});

test('a full terminal refuses new users and still takes known ones', async () => {
  const terminal = await start({ users: 2, capacity: { users: 2 } });
  const client = await connect(terminal);
  await client.ask(1003);
  expect((await client.ask(8, DOCUMENTED)).command).toBe(2001);
  expect((await client.ask(8, terminal.rawUsers()[0])).command).toBe(2000);
});

test('a record of another width is refused', async () => {
  const client = await connect(await start({ width: 28 }));
  expect((await client.ask(8, DOCUMENTED)).command).toBe(65_531);
});

test('a user_id wider than the terminal allows, or of letters, is refused and noted', async () => {
  const terminal = await start({ pin2Width: 7 });
  const letters = Buffer.from(DOCUMENTED);
  letters.write('A1\0', 48);
  const client = await connect(terminal);
  await client.ask(1003);
  expect((await client.ask(8, DOCUMENTED)).command).toBe(2001);
  expect((await client.ask(8, letters)).command).toBe(2001);
  expect(terminal.violations).toEqual([
    expect.stringContaining('wider than 7'),
    expect.stringContaining('not of digits'),
  ]);
});

test('one user_id under two uids is noted', async () => {
  const terminal = await start({ users: [{ uid: 3, userId: '11224488' }] });
  const client = await connect(terminal);
  await client.ask(1003);
  await client.ask(8, DOCUMENTED);
  expect(terminal.violations).toEqual([expect.stringContaining("'11224488' of uid 3 written under uid 14")]);
});

test('a delete takes the templates along; a second one is refused', async () => {
  const terminal = await start({ users: 2, templates: 2 });
  const client = await connect(terminal);
  await client.ask(1003);
  expect((await client.ask(18, hex('01 00'))).command).toBe(2000);
  expect((await client.ask(18, hex('01 00'))).command).toBe(2001);
  expect(terminal.users().map((user) => user.uid)).toEqual([2]);
  expect(terminal.templates().map((template) => template.uid)).toEqual([2]);
});

test('leaving without a refresh after a write is noted', async () => {
  const terminal = await start();
  const client = await connect(terminal);
  await client.ask(1003);
  await client.ask(8, DOCUMENTED);
  await client.ask(1001);
  expect(terminal.violations).toEqual([expect.stringContaining('without a refresh')]);
});

test('counters stand at the documented offsets, in 92 bytes', async () => {
  const terminal = await start({
    users: [
      { userId: '1', password: '77' },
      { userId: '2', privilege: 14 },
    ],
    templates: [{ userId: '2', finger: 3 }],
    attendance: 5,
    capacity: { users: 10, fingers: 20, records: 30 },
  });
  const client = await connect(terminal);
  await client.ask(1003);
  await client.ask(8, DOCUMENTED);
  const { data } = await client.ask(50);
  expect(data).toHaveLength(92);
  const at = (...offsets: number[]) => offsets.map((offset) => data.readUInt32LE(offset));
  expect(at(16, 24, 32, 40, 48, 52)).toEqual([3, 1, 5, 1, 2, 2]);
  expect(at(56, 60, 64, 68, 72, 76)).toEqual([20, 10, 30, 19, 7, 25]);
});

test.each([
  ['short', 80],
  ['none', 4],
] as const)('%s counters are %i bytes', async (counters, length) => {
  const client = await connect(await start({ counters, users: 3 }));
  const { data } = await client.ask(50);
  expect(data).toHaveLength(length);
  if (counters === 'none') expect(data).toEqual(u32(0));
});

test('a terminal may say zero records though it has them', async () => {
  const client = await connect(await start({ counters: 'zeroRecords', users: 3, attendance: 9 }));
  const { data } = await client.ask(50);
  expect([data.readUInt32LE(16), data.readUInt32LE(32)]).toEqual([3, 0]);
});

test.each([
  [72, 9],
  [72, 24],
  [28, 9],
] as const)(
  'seeded %i-byte records hold groups, zones and junk, and read well',
  async (width, userIdBytes) => {
    const records = seedUsers(300, { width, userIdBytes });
    const terminal = await start({ width, userIdBytes, users: records });
    const users = terminal.users();
    expect(terminal.rawUsers()).toEqual(records);
    expect(new Set(users.map((user) => user.userId)).size).toBe(300);
    expect(users.every((user) => /^\p{L}+( \p{L}+)?$/u.test(user.name) && user.group > 1)).toBe(true);
    const nameEnd = width === 72 ? 35 : 16;
    expect(users.filter((user) => user.raw[nameEnd - 1] !== 0).length).toBeGreaterThan(250);
    expect(seedUsers(300, { width, userIdBytes })).toEqual(records);
  },
);

test('many users at once are stored, templates too', async () => {
  const terminal = await start();
  const client = await connect(terminal);
  const users = Buffer.concat([hex('02'), DOCUMENTED]);
  const table = hex('02 0e 00 13 00 00 00 00');
  const templates = hex('03 00 aa bb cc');
  const blob = Buffer.concat([u32(users.length, table.length, templates.length), users, table, templates]);
  await client.ask(1003);
  await client.ask(1502);
  await client.ask(1500, u32(blob.length));
  expect((await client.ask(110, hex('0c 00 00 00 00 00 08 00'))).command).toBe(2001);
  await client.ask(1501, blob.subarray(0, 60));
  await client.ask(1501, blob.subarray(60));
  expect((await client.ask(110, hex('0c 00 00 00 00 00 08 00'))).command).toBe(2000);
  expect(terminal.rawUsers()).toEqual([DOCUMENTED]);
  expect(terminal.templates()).toEqual([{ uid: 14, finger: 3, flag: 1, template: hex('aa bb cc') }]);
});
