// Tables over UDP as field reports tell of them: datagrams that come early, late, twice or not at all.
import { afterEach, describe, expect, test } from 'vitest';
import {
  type SimulatedTerminal,
  startTerminal,
  type TerminalSettings,
} from '../../test/terminal/terminal.ts';
import { readSet, type SetName } from './bulk.ts';
import { Conversation } from './conversation.ts';
import { readTemplate } from './templates.ts';
import { decodeUsers } from './users.ts';

const released: (() => unknown)[] = [];

afterEach(async () => {
  for (const release of released.splice(0).reverse()) await release();
});

async function meet(
  settings: TerminalSettings,
): Promise<{ terminal: SimulatedTerminal; conversation: Conversation }> {
  const terminal = await startTerminal({ transport: 'udp', ...settings });
  released.push(() => terminal.stop());
  const conversation = await Conversation.open({
    host: terminal.host,
    port: terminal.port,
    transport: terminal.options.transport === 'tcp' ? 'tcp' : 'udp',
    commKey: 0,
    timeoutMs: 5000,
  });
  released.push(() => conversation.close());
  return { terminal, conversation };
}

const requests = (terminal: SimulatedTerminal, command: number) =>
  terminal.log.filter((entry) => entry.command === command);

/** Reads the users and compares them with what the terminal holds, byte for byte. */
async function expectUsers({ terminal, conversation }: Awaited<ReturnType<typeof meet>>): Promise<void> {
  const set = await readSet(conversation, 'users');
  expect(set.equals(Buffer.concat(terminal.rawUsers()))).toBe(true);
}

// 500 records of 28 bytes are answered to 1503 by 1500, fourteen 1501s and 2000.
const direct = { users: 500, width: 28, bulk: 'prepared' } as const;
const chunked = { users: 900, width: 28, bulk: 'chunked' } as const;

describe.each([
  ['the whole run straight after 1503', direct, 1503],
  ['chunks', chunked, 1504],
])('%s', (_how, settings, command) => {
  test('the closing frame may overtake the last piece', async () => {
    const met = await meet(settings);
    met.terminal.faults.add({ kind: 'late-frame', command, frame: -2, times: 9 });
    await expectUsers(met);
    expect(requests(met.terminal, command).length).toBeLessThanOrEqual(2);
  });

  test('a piece that comes twice counts once', async () => {
    const met = await meet(settings);
    met.terminal.faults.add({ kind: 'double-frame', command, frame: 3, times: 1 });
    await expectUsers(met);
    expect(requests(met.terminal, command).length).toBeLessThanOrEqual(2);
  });

  test('a piece that is lost again and again is asked for until it has come', async () => {
    const met = await meet(settings);
    met.terminal.faults.add({ kind: 'lose-frame', command, frame: 3, times: 3 });
    await expectUsers(met);
  });

  test('a lost announcement does not make the first piece all of it', async () => {
    const met = await meet(settings);
    met.terminal.faults.add({ kind: 'lose-frame', command, frame: 0, times: 2 });
    await expectUsers(met);
  });

  test('a piece that overtakes the announcement does not become the answer', async () => {
    const met = await meet(settings);
    met.terminal.faults.add({ kind: 'late-frame', command, frame: 0, by: 2, times: 1 });
    await expectUsers(met);
  });

  test('a lost closing frame costs no time-out', async () => {
    const met = await meet(settings);
    met.terminal.faults.add({ kind: 'lose-frame', command, frame: -1, times: 9 });
    await expectUsers(met);
  });

  test('a terminal that numbers nothing is read all the same', async () => {
    await expectUsers(await meet({ ...settings, sessionFieldCounts: false }));
  });
});

test('only the rest of a chunk with a hole is asked for again', async () => {
  const met = await meet(chunked);
  met.terminal.faults.add({ kind: 'lose-frame', command: 1504, frame: 4, times: 1 });
  await expectUsers(met);
  const asked = requests(met.terminal, 1504).map(({ data }) => data.readUInt32LE(0));
  expect(asked.slice(0, 2)).toEqual([0, 3 * 1024]);
});

test('an empty table is believed only when it is told twice', async () => {
  const met = await meet({ ...direct, users: 30 });
  // All but the closing frame is lost.
  for (const frame of [0, 1]) met.terminal.faults.add({ kind: 'lose-frame', command: 1503, frame, times: 1 });
  await expectUsers(met);
});

describe.each(['tcp', 'udp'] as const)('chunks that are too large for the terminal, over %s', (transport) => {
  test('are halved and asked for again, from then on at once', async () => {
    const met = await meet({ users: 3000, transport, bulk: 'chunked', chunkLimit: { [transport]: 8192 } });
    await expectUsers(met);
    await expectUsers(met);
    const sizes = requests(met.terminal, 1504).map(({ data }) => data.readUInt32LE(4));
    const refused = sizes.filter((size) => size > 8192);
    expect(refused).toEqual(transport === 'tcp' ? [65472, 32736, 16368] : [16384]);
  });

  test('are an error that names 1504 where even the smallest is refused', async () => {
    const { conversation } = await meet({
      users: 3000,
      transport,
      bulk: 'chunked',
      chunkLimit: { [transport]: 1000 },
    });
    await expect(readSet(conversation, 'users')).rejects.toMatchObject({
      code: 'refused',
      asked: 'read chunk (1504) of users',
      reply: 2001,
    });
  });
});

describe('in bursts of losses, with doubles and overtaking', () => {
  const datagrams = { burstBegins: 0.01, burstGoesOn: 0.5, doubled: 0.01, overtaken: 0.02 };
  const shapes: Record<string, TerminalSettings> = {
    '72-byte users in chunks': { users: 400, width: 72 },
    '28-byte users in one run': { users: 500, width: 28, bulk: 'prepared' },
    'users of a terminal that numbers nothing': { users: 100, sessionFieldCounts: false },
    'punches of 16 bytes': { users: 20, attendance: 1500, attendanceWidth: 16 },
  };

  test.each(Object.entries(shapes))('%s come as they are or not at all', async (_what, settings) => {
    const set: SetName = settings.attendance === undefined ? 'users' : 'attendance';
    let right = 0;
    for (let seed = 1; seed <= 12; seed++) {
      // Connecting has retries of its own, which are not the subject here.
      const met = await meet({ ...settings, datagrams, datagramsIn: datagrams, seed }).catch(() => null);
      if (met === null) continue;
      const read = await readSet(met.conversation, set).catch(() => null);
      if (read === null) continue;
      const held =
        set === 'users' ? Buffer.concat(met.terminal.rawUsers()) : met.terminal.state.attendanceSet();
      expect(read.equals(held)).toBe(true);
      right++;
    }
    expect(right).toBeGreaterThanOrEqual(11);
  });

  test('a template is the one that the terminal holds', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const template = Buffer.alloc(1500, seed);
      const met = await meet({
        users: [{ uid: 1, userId: '1' }],
        templates: [{ userId: '1', finger: 2, template }],
        datagrams,
        datagramsIn: datagrams,
        seed,
      }).catch(() => null);
      const read = met === null ? null : await readTemplate(met.conversation, 1, 2).catch(() => null);
      if (read !== null) expect(read.equals(template)).toBe(true);
    }
  });
});

test('decoded users of a disturbed line are those of the terminal', async () => {
  const met = await meet(chunked);
  met.terminal.faults.add({ kind: 'lose-frame', command: 1504, frame: 0, times: 1 });
  const users = decodeUsers(await readSet(met.conversation, 'users'), 28, 'utf-8');
  expect(users.map(({ userId }) => userId)).toEqual(met.terminal.users().map(({ userId }) => userId));
});
