// Bulk reads in every dialect: one frame, chunks, runs; split, joined, with events between.
import { expect, test } from 'vitest';
import { hex, type RawClient, u32 } from './raw-client.ts';
import { workbench } from './workbench.ts';

const { start, connect } = workbench();

const USERS = hex('01 09 00 05 00 00 00 00 00 00 00');

/** A run's data; checks what is announced against what follows, and the counting session fields. */
async function run(client: RawClient, n: number, counts: boolean): Promise<Buffer[]> {
  const prepared = await client.next();
  expect(prepared.command).toBe(1500);
  expect(prepared.data.readUInt32LE(0)).toBe(n);
  const frames: Buffer[] = [];
  for (;;) {
    const { command, session, data } = await client.next();
    const ends = command === 2000;
    expect(session).toBe(counts ? frames.length - (ends ? 1 : 0) : client.session);
    if (ends) return frames;
    expect(command).toBe(1501);
    frames.push(data);
  }
}

test('a small set comes in one 1501 behind its own length', async () => {
  const terminal = await start({ users: 3 });
  const { command, data } = await (await connect(terminal)).ask(1503, USERS);
  expect(command).toBe(1501);
  expect(data).toEqual(Buffer.concat([u32(216), ...terminal.rawUsers()]));
});

test('an empty set is a length of zero', async () => {
  const { data } = await (await connect(await start())).ask(1503, USERS);
  expect(data).toEqual(u32(0));
});

test.each([true, false])(
  'a large set is announced and read in any pieces (counting sessions: %s)',
  async (counts) => {
    const terminal = await start({ users: 200, sessionFieldCounts: counts });
    const client = await connect(terminal);
    const announced = await client.ask(1503, USERS);
    const size = 4 + 200 * 72;
    expect(announced.command).toBe(2000);
    expect(announced.data).toHaveLength(13);
    expect([announced.data[0], announced.data.readUInt32LE(1), announced.data.readUInt32LE(5)]).toEqual([
      0,
      size,
      size,
    ]);
    const read: Buffer[] = [];
    for (const [from, n] of [
      [0, 1],
      [1, 1008],
      [1009, 5000],
      [6009, size - 6009],
    ] as const) {
      client.send(1504, u32(from, n));
      const frames = await run(client, n, counts);
      expect(frames.slice(0, -1).every((frame) => frame.length === 1008)).toBe(true);
      read.push(...frames);
    }
    expect(Buffer.concat(read)).toEqual(Buffer.concat([u32(size - 4), ...terminal.rawUsers()]));
    expect((await client.ask(1502)).command).toBe(2000);
    expect((await client.ask(1504, u32(0, 1))).command).toBe(2001);
    expect(terminal.violations).toEqual([]);
  },
);

test('a piece beyond the end, or longer than TCP allows, is refused and noted', async () => {
  const terminal = await start({ users: 2000 });
  const client = await connect(terminal);
  await client.ask(1503, USERS);
  expect((await client.ask(1504, u32(0, 65_473))).command).toBe(2001);
  expect((await client.ask(1504, u32(144_000, 5))).command).toBe(2001);
  expect(terminal.violations).toHaveLength(2);
});

test('a terminal may send the whole run straight after 1503', async () => {
  const terminal = await start({ users: 200, bulk: 'prepared', frameBytes: 65_472 });
  const client = await connect(terminal);
  client.send(1503, USERS);
  const frames = await run(client, 4 + 200 * 72, true);
  expect(frames).toHaveLength(1);
});

test('a terminal may answer a chunk by one bare 1501, or a large table in one', async () => {
  const bare = await connect(await start({ users: 200, chunkAnswer: 'bare' }));
  await bare.ask(1503, USERS);
  expect(await bare.ask(1504, u32(4, 3000))).toMatchObject({ command: 1501 });
  const single = await connect(await start({ users: 2000, bulk: 'single' }));
  expect((await single.ask(1503, USERS)).data).toHaveLength(4 + 2000 * 72);
});

test('a set that no terminal has is refused, and a malformed wish too', async () => {
  const client = await connect(await start());
  expect((await client.ask(1503, hex('01 63 00 05 00 00 00 00 00 00 00'))).command).toBe(2001);
  expect((await client.ask(1503, hex('01 09'))).command).toBe(65_531);
});

test('split answers arrive in pieces of 1 to 7 bytes', async () => {
  const terminal = await start({ users: 40, split: { min: 1, max: 7 } });
  const client = await connect(terminal);
  expect((await client.ask(1503, USERS)).data).toHaveLength(13);
  client.send(1504, u32(0, 2884));
  expect(Buffer.concat(await run(client, 2884, true))).toHaveLength(2884);
  // Now and then two pieces arrive as one; hardly ever many.
  expect(client.pieces.length).toBeGreaterThan(client.received / 14);
});

test('joined answers arrive in one piece', async () => {
  const client = await connect(await start({ users: 200, join: true, eventsBetween: true }));
  await client.ask(1503, USERS);
  client.inbox.length = 0;
  client.pieces.length = 0;
  client.send(1504, u32(0, 3000));
  for (let left = 10; left > 0; left -= 1) await client.next();
  expect(client.pieces).toEqual([client.pieces[0]]);
});

test('events come before every frame, with their code in the session field, and want a 2000', async () => {
  const terminal = await start({ users: 2, eventsBetween: true });
  const client = await connect(terminal);
  client.send(50);
  expect(await client.next()).toMatchObject({ command: 500, session: 16, replyId: 0 });
  expect((await client.next()).command).toBe(2000);
  client.acknowledge();
  client.send(1503, USERS);
  expect([(await client.next()).command, (await client.next()).command]).toEqual([500, 1501]);
  expect(terminal.violations).toEqual([]);
});
