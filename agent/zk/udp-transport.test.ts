// Conversations over UDP: datagrams that get lost, and noise.
import { expect, test } from 'vitest';
import { bench, connected, errorOf } from './testing/bench.ts';
import { SESSION } from './testing/peer.ts';

const { peerOf, talkTo } = bench();
const ask = { command: 50, asked: 'read counters (50)' };

test('a connect and a read that get lost are sent again with the same reply id', async () => {
  const seen = new Map<number, number>();
  const peer = await peerOf('udp', (request, line) => {
    const times = (seen.get(request.command) ?? 0) + 1;
    seen.set(request.command, times);
    if (times > 1) line.reply(2000);
  });
  const conversation = await talkTo(peer, { transport: 'udp' });
  await conversation.request({ ...ask, idempotent: true });
  expect(peer.requests.map(({ command, replyId }) => [command, replyId])).toEqual([
    [1000, 0],
    [1000, 0],
    [50, 1],
    [50, 1],
  ]);
});

test('a terminal that answers a connect and its repeat late, each with another session, is spoken to in the last one', async () => {
  let connects = 0;
  const peer = await peerOf('udp', (request, line) => {
    const { command, replyId } = request;
    if (command !== 1000) return line.reply(2000);
    connects++;
    // Both answers leave once the repeat is there, the second a moment after the first.
    if (connects < 2) return;
    line.send({ command: 2000, session: SESSION, replyId });
    setTimeout(() => line.send({ command: 2000, session: SESSION + 1, replyId }), 50);
  });
  const conversation = await talkTo(peer, { transport: 'udp' });
  await conversation.request(ask);
  expect(peer.requests.map(({ command, session }) => [command, session])).toEqual([
    [1000, 0],
    [1000, 0],
    [50, SESSION + 1],
  ]);
});

test('a write that gets lost is never sent again', async () => {
  const peer = await peerOf(
    'udp',
    connected(() => {}),
  );
  const conversation = await talkTo(peer, { transport: 'udp', timeoutMs: 1000 });
  expect(await errorOf(conversation.request({ command: 8, asked: 'write user (8)' }))).toMatchObject({
    code: 'timeout',
  });
  expect(peer.requests.filter(({ command }) => command === 8)).toHaveLength(1);
});

test('datagrams too short for a head are noise', async () => {
  const peer = await peerOf(
    'udp',
    connected((_request, line) => {
      line.raw(Buffer.from([1, 2, 3]));
      line.reply(2000);
    }),
  );
  const conversation = await talkTo(peer, { transport: 'udp' });
  expect((await conversation.request(ask)).command).toBe(2000);
});

test('a conversation that is torn down still tells the terminal', async () => {
  const peer = await peerOf('udp', (_request, line) => line.reply(2000));
  const conversation = await talkTo(peer, { transport: 'udp' });
  conversation.destroy();
  await expect.poll(() => peer.requests.at(-1)).toMatchObject({ command: 1001, session: SESSION });
});

test('a port that nobody listens on is unreachable, or silent where the network does not tell', async () => {
  const peer = await peerOf('udp', () => {});
  await peer.close();
  const error = await errorOf(talkTo(peer, { transport: 'udp', timeoutMs: 500 }));
  expect(error.code).toMatch(/^(timeout|unreachable)$/);
});
