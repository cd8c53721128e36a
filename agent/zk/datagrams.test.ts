// Tables over a network that loses, doubles and delays datagrams: the right table or an error, never another table.
import { describe, expect, test } from 'vitest';
import {
  type Fault,
  type SimulatedTerminal,
  startTerminal,
  type TerminalSettings,
} from '../../test/terminal/terminal.ts';
import { readSet } from './bulk.ts';
import { Conversation } from './conversation.ts';
import { readTemplate } from './templates.ts';
import { bench, errorOf } from './testing/bench.ts';
import type { Line } from './testing/peer.ts';
import { type Answers, answering, setOf, sizes, u32 } from './testing/tables.ts';

const { peerOf, talkTo } = bench();

async function meet(
  settings: TerminalSettings,
  body: (terminal: SimulatedTerminal, talk: Conversation) => Promise<void>,
) {
  const terminal = await startTerminal({
    transport: 'udp',
    width: 28,
    users: 900,
    attendanceWidth: 16,
    ...settings,
  });
  try {
    const options = {
      host: '127.0.0.1',
      port: terminal.port,
      transport: 'udp',
      commKey: 0,
      timeoutMs: 3000,
    } as const;
    const conversation = await Conversation.open(options);
    await body(terminal, conversation).finally(() => conversation.destroy());
  } finally {
    await terminal.stop();
  }
}

async function rightUsers(terminal: SimulatedTerminal, conversation: Conversation): Promise<void> {
  const set = await readSet(conversation, 'users');
  expect(set.equals(Buffer.concat(terminal.rawUsers()))).toBe(true);
}

const chunk = (fault: Omit<Fault, 'command'>): Fault => ({ command: 1504, ...fault });
const prepare = (fault: Omit<Fault, 'command'>): Fault => ({ command: 1503, ...fault });

/** What befalls the answers of a terminal with 900 users of 28 bytes, 25,204 bytes in two chunks. */
const CASES: Record<string, readonly [TerminalSettings, ...Fault[]]> = {
  'the closing frame overtakes the last data, each time': [{}, chunk({ kind: 'late-frame', frame: -2 })],
  'the closing frame of the whole table overtakes the last data, each time': [
    { bulk: 'prepared', users: 500 },
    prepare({ kind: 'late-frame', frame: -2 }),
  ],
  'the third data frame comes twice, each time': [{}, chunk({ kind: 'double-frame', frame: 3 })],
  'the third data frame is lost, twice': [{}, chunk({ kind: 'lose-frame', frame: 3, times: 2 })],
  'the third data frame of the whole table is lost, twice': [
    { bulk: 'prepared', users: 500 },
    prepare({ kind: 'lose-frame', frame: 3, times: 2 }),
  ],
  'the announcement and the first data of the second chunk are lost': [
    {},
    chunk({ kind: 'lose-frame', frame: 0, skip: 1, times: 1 }),
    chunk({ kind: 'lose-frame', frame: 1, skip: 1, times: 1 }),
  ],
  'the second data frame overtakes the announcement and the first': [
    {},
    chunk({ kind: 'late-frame', frame: 2, by: 12, skip: 1, times: 1 }),
    chunk({ kind: 'late-frame', frame: 0, by: 2, skip: 1 }),
  ],
  'the announcement comes last, each time': [{}, chunk({ kind: 'late-frame', frame: 0, by: 50 })],
  'all but the closing frame of a whole table is lost, twice': [
    { bulk: 'prepared', users: 20 },
    prepare({ kind: 'lose-frame', frame: 0, times: 2 }),
    prepare({ kind: 'lose-frame', frame: 1, times: 2 }),
  ],
  'the size of the table is lost': [{}, prepare({ kind: 'lose-frame', times: 1 })],
  'the end never comes': [{}, chunk({ kind: 'lose-frame', frame: -1 })],
  'a chunk is served twice': [{}, chunk({ kind: 'request-twice' })],
  'whole tables are served twice': [{ bulk: 'prepared', users: 300 }, prepare({ kind: 'request-twice' })],
  'chunks above 8192 bytes are refused': [{ chunkLimit: { udp: 8192 } }],
  'chunks above 1500 bytes are refused': [{ chunkLimit: { udp: 1500 } }],
  'its frames bear no numbers': [{ sessionFieldCounts: false }],
  'its frames bear no numbers, hold 500 bytes, and overtake each other': [
    { sessionFieldCounts: false, datagramBytes: 500 },
    chunk({ kind: 'late-frame', frame: 1 }),
  ],
  'its frames bear no numbers and one is lost, the first time': [
    { sessionFieldCounts: false },
    chunk({ kind: 'lose-frame', frame: 4, times: 1 }),
  ],
  'the frames of its whole table bear no numbers and overtake each other, the first time': [
    { sessionFieldCounts: false, bulk: 'prepared', users: 200 },
    prepare({ kind: 'late-frame', frame: 2, times: 1 }),
  ],
};

describe.each(Object.entries(CASES))('%s', (_, [settings, ...faults]) => {
  test('and the users are right', async () => {
    await meet(settings, async (terminal, conversation) => {
      for (const fault of faults) terminal.faults.add(fault);
      await rightUsers(terminal, conversation);
      await rightUsers(terminal, conversation);
    });
  });
});

test('what a terminal grants in one chunk is found out once', async () => {
  await meet({ chunkLimit: { udp: 4096 } }, async (terminal, conversation) => {
    await rightUsers(terminal, conversation);
    const asked = terminal.log.filter(({ command }) => command === 1504).length;
    await rightUsers(terminal, conversation);
    expect(terminal.log.filter(({ command }) => command === 1504)).toHaveLength(2 * asked - 2);
  });
});

test('a terminal that grants no chunk at all is told by the exchange that it refused', async () => {
  await meet({ chunkLimit: { udp: 100 } }, async (_terminal, conversation) => {
    const error = await errorOf(readSet(conversation, 'users'));
    expect(error).toMatchObject({ code: 'refused', reply: 2001, asked: 'read chunk (1504) of users' });
    expect(conversation.isOpen).toBe(true);
  });
});

test('an empty table is empty, whatever is lost', async () => {
  await meet({ users: 0, bulk: 'prepared' }, async (terminal, conversation) => {
    terminal.faults.add(prepare({ kind: 'lose-frame', frame: 0, times: 2 }));
    expect(await readSet(conversation, 'users')).toHaveLength(0);
  });
});

test.each([true, false])(
  'a template whose announcement is lost is not a part of itself (counts: %s)',
  async (sessionFieldCounts) => {
    const template = Buffer.alloc(1600, 7).fill(9, 1000);
    const settings = {
      sessionFieldCounts,
      users: [{ userId: '1' }],
      templates: [{ userId: '1', finger: 3, template }],
    };
    await meet(settings, async (terminal, conversation) => {
      terminal.faults.add({ kind: 'lose-frame', command: 88, frame: 0, times: 1 });
      expect((await readTemplate(conversation, 1, 3))?.equals(template)).toBe(true);
    });
  },
);

test('a short template is read twice, and a chance half of a longer one is not believed', async () => {
  const half = Buffer.alloc(1024, 1);
  let asked = 0;
  const answers: Answers = {
    88: (_request, line) => {
      asked++;
      if (asked > 1) line.reply(1500, u32(1500, 1024));
      line.reply(1501, half, 0);
      if (asked > 1) line.reply(1501, Buffer.alloc(476, 2), 1);
      if (asked > 1) line.reply(2000, undefined, 1);
    },
  };
  const conversation = await talkTo(await peerOf('udp', answering(answers)), { transport: 'udp' });
  expect(await readTemplate(conversation, 1, 3)).toHaveLength(1499);
});

test('two answers to one repeated question, of a table that changed between, are never mixed', async () => {
  const tables = [setOf(2000), setOf(2000), setOf(2000)].map((set, index) => set.fill(index + 1, 4));
  let asked = 0;
  const answers: Answers = {
    1503: (_request, line) => {
      asked++;
      // The first and the second asking are one question; both are answered late, each with a part that is lost.
      if (asked === 2) {
        send(line, tables[0]!, [0]);
        send(line, tables[1]!, [1]);
      }
      if (asked > 2) send(line, tables[2]!, [0, 1]);
    },
  };
  const send = (line: Line, set: Buffer, counts: number[]) => {
    line.reply(1500, u32(set.length, 1024));
    for (const count of counts) line.reply(1501, set.subarray(count * 1024, count * 1024 + 1024), count);
    line.reply(2000, undefined, 1);
  };
  const conversation = await talkTo(await peerOf('udp', answering(answers)), { transport: 'udp' });
  expect((await readSet(conversation, 'users')).equals(tables[2]!.subarray(4))).toBe(true);
});

test('a chunk that is shorter than asked for, without an announcement, is no answer', async () => {
  const set = setOf(2000);
  const answers: Answers = {
    1503: (_request, line) => line.reply(2000, sizes(set.length)),
    1504: ({ data }, line) => {
      const start = data.readUInt32LE(0);
      line.reply(1501, set.subarray(start, start + data.readUInt32LE(4) - 1), 0);
    },
  };
  const conversation = await talkTo(await peerOf('udp', answering(answers)), { transport: 'udp' });
  expect(await errorOf(readSet(conversation, 'users'))).toMatchObject({ code: 'protocol', trouble: 'lost' });
}, 30_000);

test('a network that loses in bursts, doubles and reorders gives the right tables or none', async () => {
  let right = 0;
  const settings = {
    users: 400,
    attendance: 700,
    datagrams: { burstBegins: 0.01, doubled: 0.02, overtaken: 0.05 },
  };
  await Promise.all(
    Array.from({ length: 12 }, async (_, seed) => {
      const each = {
        ...settings,
        seed: seed + 1,
        sessionFieldCounts: seed % 3 > 0,
        datagramsIn: { burstBegins: 0.01 },
      };
      await meet(each, async (terminal, conversation) => {
        const users = await readSet(conversation, 'users').catch(() => null);
        if (users === null) return;
        expect(users.equals(Buffer.concat(terminal.rawUsers()))).toBe(true);
        right++;
      }).catch((error: unknown) => expect(error).toMatchObject({ name: 'ZkError' }));
    }),
  );
  expect(right).toBeGreaterThan(9);
}, 60_000);
