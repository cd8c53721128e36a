import { describe, expect, test } from 'vitest';
import { openSet, readSet } from './bulk.ts';
import { encodeFrame } from './frame.ts';
import { encodePayload } from './payload.ts';
import { bench } from './testing/bench.ts';
import type { Handler } from './testing/peer.ts';
import { answering, chunked, type Dialect, run, setOf, u32 } from './testing/tables.ts';

const { peerOf, talkTo: talkToPeer } = bench();

async function talkTo(transport: 'tcp' | 'udp', handler: Handler, split?: number) {
  const peer = await peerOf(transport, handler, split);
  return { peer, conversation: await talkToPeer(peer, { transport, timeoutMs: 1000 }) };
}

const dialects: Record<string, Dialect> = {
  'one 1501 with everything': (set) => answering({ 1503: (_request, line) => line.reply(1501, set) }),
  '1500, 1501s and 2000 straight after 1503': (set) =>
    answering({ 1503: (_request, line) => run(line, set, 1024) }),
  'a size, then chunks as runs of 1008-byte frames': chunked((line, chunk) => run(line, chunk, 1000)),
  'a size, then chunks as runs of one frame': chunked((line, chunk) => run(line, chunk, 65472)),
  'a size, then chunks as bare 1501s': chunked((line, chunk) => line.reply(1501, chunk)),
  'a size, then chunks shorter than asked for': chunked((line, chunk) =>
    line.reply(1501, chunk.subarray(0, Math.max(1, chunk.length >> 1))),
  ),
  'chunks whose closing 2000 never comes': chunked((line, chunk) => {
    line.reply(1500, u32(chunk.length, 1024));
    line.reply(1501, chunk);
  }),
};

describe.each(Object.entries(dialects))('%s', (name, dialect) => {
  const bytes = name.includes('never comes') ? [72] : [0, 72, 72 * 70, 72 * 3000];

  test.each(bytes)('brings a table of %i bytes over tcp', async (length) => {
    const set = setOf(length);
    const { conversation, peer } = await talkTo('tcp', dialect(set));
    const read = await readSet(conversation, 'users');
    expect(read.equals(set.subarray(4))).toBe(true);
    expect(peer.requests.at(-1)?.command).toBe(1502);
    expect(peer.requests.find(({ command }) => command === 1503)?.data.toString('hex')).toBe(
      '0109000500000000000000',
    );
  });

  test('brings a table over udp', async () => {
    if (name.includes('runs of one frame')) return; // no datagram holds 64 KB
    if (name.includes('shorter than asked')) return; // over UDP that is no answer, see bulk-datagrams.test.ts
    const set = setOf(72 * 100);
    const { conversation } = await talkTo('udp', dialect(set));
    expect((await readSet(conversation, 'users')).equals(set.subarray(4))).toBe(true);
  });
});

describe.each(['tcp', 'udp'] as const)('parts of a table over %s', (transport) => {
  const chunks: Dialect = chunked((line, chunk) => run(line, chunk, 1000));
  const whole: Dialect = (set) => answering({ 1503: (_request, line) => run(line, set, 1024) });

  test.each([
    ['that is handed out in chunks', chunks],
    ['that comes at once', whole],
  ])('of one %s are those bytes, in any order, and the buffer is freed at the end', async (_how, dialect) => {
    const set = setOf(40 * 600);
    const { conversation, peer } = await talkTo(transport, dialect(set));
    const open = await openSet(conversation, 'attendance');
    expect(open.size).toBe(40 * 600);
    for (const [from, to] of [
      [23_960, 24_000],
      [0, 40],
      [40, 20_000],
      [80, 80],
    ] as const) {
      expect((await open.read(from, to)).equals(set.subarray(4 + from, 4 + to))).toBe(true);
    }
    expect(peer.requests.at(-1)?.command).not.toBe(1502);
    await open.free();
    expect(peer.requests.at(-1)?.command).toBe(1502);
  });

  test('of the last record costs one question', async () => {
    const { conversation, peer } = await talkTo(transport, chunks(setOf(40 * 600)));
    const open = await openSet(conversation, 'attendance');
    const before = peer.requests.length;
    await open.read(23_960, 24_000);
    expect(peer.requests.slice(before).map(({ command }) => command)).toEqual([1504]);
  });
});

test.each([1, 3, 7])(
  'a table split every %i bytes, with events amid it, is the same table',
  async (split) => {
    const set = setOf(2800);
    const { conversation } = await talkTo(
      'tcp',
      answering({
        1503: (_request, line) => {
          const event = () => line.send({ command: 500, session: 1, replyId: 0, data: Buffer.alloc(32) });
          event();
          line.reply(1500, u32(set.length, 1024));
          event();
          line.reply(1501, set.subarray(0, 1024), 0);
          event();
          line.reply(1501, set.subarray(1024), 1);
          event();
          line.reply(2000);
        },
      }),
      split,
    );
    expect((await readSet(conversation, 'templates')).equals(set.subarray(4))).toBe(true);
  },
);

test('a chunk larger than one frame comes in requests of at most 65472 bytes, and 16384 over udp', async () => {
  for (const [transport, most] of [
    ['tcp', 65472],
    ['udp', 16384],
  ] as const) {
    const set = setOf(most + 100);
    const { conversation, peer } = await talkTo(
      transport,
      chunked((line, chunk) => run(line, chunk, 1024))(set),
    );
    await readSet(conversation, 'attendance');
    const chunks = peer.requests.filter(({ command }) => command === 1504);
    expect(chunks.map(({ data }) => [data.readUInt32LE(0), data.readUInt32LE(4)])).toEqual([
      [0, most],
      [most, 104],
    ]);
  }
});

test('datagrams that overtook each other are put back in order', async () => {
  const set = setOf(3000);
  const { conversation } = await talkTo(
    'udp',
    answering({
      1503: (_request, line) => {
        line.reply(1500, u32(set.length, 1024));
        line.reply(1501, set.subarray(1024, 2048), 1);
        line.reply(1501, set.subarray(0, 1024), 0);
        line.reply(1501, set.subarray(2048), 2);
        line.reply(2000, undefined, 2);
      },
    }),
  );
  expect((await readSet(conversation, 'users')).equals(set.subarray(4))).toBe(true);
});

test('progress counts up to the whole', async () => {
  const set = setOf(72 * 2000);
  const { conversation } = await talkTo('tcp', chunked((line, chunk) => run(line, chunk, 1024))(set));
  const seen: [number, number][] = [];
  await readSet(conversation, 'users', { onProgress: (bytes, total) => seen.push([bytes, total]) });
  expect(seen.at(-1)).toEqual([set.length, set.length]);
  expect(seen.every(([bytes], index) => index === 0 || bytes > (seen[index - 1]?.[0] ?? 0))).toBe(true);
});

test('a slow table may take longer than one exchange as long as something comes', async () => {
  const set = setOf(4000);
  const { conversation } = await talkTo(
    'tcp',
    answering({
      1503: (request, line) => {
        // One frame, in pieces of 1000 bytes: no piece is a frame of its own.
        const frame = encodeFrame(
          encodePayload({ command: 1501, session: 0, replyId: request.replyId, data: set }),
        );
        const piece = (at: number) => {
          line.raw(frame.subarray(at, at + 1000));
          if (at + 1000 < frame.length) setTimeout(() => piece(at + 1000), 80);
        };
        piece(0);
      },
    }),
  );
  expect((await readSet(conversation, 'users', { timeoutMs: 200 })).length).toBe(4000);
});

test('a terminal that refuses to free its buffer does not take the data back', async () => {
  const { conversation } = await talkTo(
    'tcp',
    answering({
      1503: (_request, line) => line.reply(1501, setOf(72)),
      1502: (_request, line) => line.reply(2001),
    }),
  );
  expect((await readSet(conversation, 'users')).length).toBe(72);
});

test('a bare 2000 is an empty table', async () => {
  const { conversation } = await talkTo('tcp', answering({}));
  expect((await readSet(conversation, 'users')).length).toBe(0);
});
