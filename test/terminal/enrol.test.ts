// Enrolment from the client's side: 62, 61, 60, then events that want to be acknowledged.
import { expect, test } from 'vitest';
import { hex, type RawClient, u32 } from './raw-client.ts';
import type { SimulatedTerminal, TerminalSettings } from './terminal.ts';
import { workbench } from './workbench.ts';

const { start, connect } = workbench();
const WISH = Buffer.concat([Buffer.from('77'), Buffer.alloc(22), hex('06 01')]);
const USERS = [{ uid: 3, userId: '77' }];

async function enrolling(
  settings: TerminalSettings = {},
): Promise<{ terminal: SimulatedTerminal; client: RawClient }> {
  const terminal = await start({ users: USERS, ...settings });
  const client = await connect(terminal);
  for (const [command, data] of [[62], [61, WISH], [60]] as const) {
    expect((await client.ask(command, data)).command).toBe(2000);
  }
  return { terminal, client };
}

/** Takes `count` events, acknowledges each, and writes them down as code and first two bytes. */
async function events(client: RawClient, count: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < count) {
    const { command, session, replyId, data } = await client.next();
    expect([command, replyId]).toEqual([500, 0]);
    seen.push(`${session}:${data.subarray(0, 2).toString('hex')}`);
    client.acknowledge();
  }
  return seen;
}

test('three good samples enrol a finger, the result last', async () => {
  const { terminal, client } = await enrolling();
  terminal.pressFinger('good', 'bad', 'good', 'good');
  expect(await events(client, 9)).toEqual([
    '2:',
    '256:64',
    '2:',
    '256:00',
    '2:',
    '256:64',
    '2:',
    '256:64',
    '8:0000',
  ]);
  const [template] = terminal.templates();
  expect(template).toMatchObject({ uid: 3, finger: 6, flag: 1 });
  expect(terminal.counters().fingers).toBe(1);
  expect(terminal.enrolment).toBeNull();
  expect(terminal.violations).toEqual([]);
});

test('the result may come before the last sample, with size, user_id and finger', async () => {
  const { terminal, client } = await enrolling({ enrolOrder: 'result-first' });
  terminal.pressFinger('good', 'good', 'good');
  await events(client, 5);
  const result = await client.next();
  const size = terminal.templates()[0]?.template.length ?? 0;
  expect(result.data.readUInt16LE(2)).toBe(size);
  expect(result.data.subarray(4)).toEqual(Buffer.concat([Buffer.from('77'), Buffer.alloc(7), hex('06')]));
  client.acknowledge();
  expect(await events(client, 1)).toEqual(['256:64']);
});

test('an event waits until the one before is acknowledged', async () => {
  const { terminal, client } = await enrolling();
  terminal.pressFinger('good');
  expect((await client.next()).session).toBe(2);
  expect((await client.ask(50)).command).toBe(2000);
  client.acknowledge();
  expect((await client.next()).session).toBe(256);
});

test.each([
  ['duplicate', ['2:', '8:0500']],
  ['timeout', ['8:0600']],
] as const)('%s ends it with a result of its own', async (sample, expected) => {
  const { terminal, client } = await enrolling();
  terminal.pressFinger(sample);
  expect(await events(client, expected.length)).toEqual(expected);
  expect(terminal.enrolment).toBeNull();
  expect(terminal.templates()).toEqual([]);
});

test('nobody at the sensor is a time-out', async () => {
  const { client } = await enrolling({ enrolTimeoutMs: 20 });
  expect(await events(client, 1)).toEqual(['8:0600']);
});

test('62 cancels; so does a client that goes away', async () => {
  const { terminal, client } = await enrolling();
  await client.ask(62);
  expect(terminal.enrolment).toBeNull();
  expect(() => terminal.pressFinger('good')).toThrow(RangeError);
  await client.ask(61, WISH);
  client.destroy();
  await terminal.until(() => terminal.enrolment === null);
});

test('no user, a slot that is taken, a disabled terminal, or another enrolment: refused', async () => {
  const { client } = await enrolling();
  expect((await client.ask(61, WISH)).command).toBe(2001);
  await client.ask(62);
  await client.ask(1003);
  expect((await client.ask(61, WISH)).command).toBe(2001);
  const taken = await connect(await start({ users: USERS, templates: [{ userId: '77', finger: 6 }] }));
  expect((await taken.ask(61, WISH)).command).toBe(2001);
  const empty = await connect(await start());
  expect((await empty.ask(61, WISH)).command).toBe(2001);
});

test('the short form of five bytes is understood; live events registered before are noted', async () => {
  const terminal = await start({ users: USERS });
  const client = await connect(terminal);
  await client.ask(500, u32(1));
  expect((await client.ask(61, Buffer.concat([u32(77), hex('06')]))).command).toBe(2000);
  expect(terminal.enrolment?.plan).toMatchObject({ userId: '77', finger: 6 });
  expect(terminal.violations).toEqual([expect.stringContaining('registered for live events')]);
});
