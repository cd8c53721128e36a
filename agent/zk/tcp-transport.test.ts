// Conversations over TCP: streams cut and joined anywhere, connections that end.
import { expect, test } from 'vitest';
import { encodeFrame } from './frame.ts';
import { encodePayload } from './payload.ts';
import { bench, connected, errorOf } from './testing/bench.ts';

const { peerOf, talkTo } = bench();
const ask = { command: 50, asked: 'read counters (50)' };

test.each([1, 2, 3, 5, 7])('frames split every %i bytes are understood', async (split) => {
  const peer = await peerOf('tcp', (_request, line) => line.reply(2000, Buffer.from('split')), split);
  const conversation = await talkTo(peer);
  expect((await conversation.request(ask)).data.toString()).toBe('split');
});

test('frames joined in one segment are all seen', async () => {
  const peer = await peerOf(
    'tcp',
    connected((request, line) => {
      const event = encodePayload({ command: 500, session: 2, replyId: 0 });
      const answer = encodePayload({ command: 2000, session: 1, replyId: request.replyId });
      line.raw(Buffer.concat([event, event, answer, event].map(encodeFrame)));
    }),
  );
  const conversation = await talkTo(peer);
  let events = 0;
  conversation.onEvent(() => events++);
  await conversation.request(ask);
  await expect.poll(() => events).toBe(3);
});

test('a cut after the request is closed, and may have arrived', async () => {
  const peer = await peerOf(
    'tcp',
    connected((_request, line) => line.cut()),
  );
  const conversation = await talkTo(peer);
  const error = await errorOf(conversation.request({ command: 8, asked: 'write user (8)' }));
  expect(error).toMatchObject({ code: 'closed', sent: true, asked: 'write user (8)' });
  expect(conversation.isOpen).toBe(false);
});

test('a terminal that hangs up while idle is noticed', async () => {
  const peer = await peerOf('tcp', (_request, line) => line.reply(2000));
  const conversation = await talkTo(peer);
  const closed = new Promise((resolve) => conversation.onClosed(resolve));
  await peer.close();
  expect(await closed).toMatchObject({ code: 'closed' });
  expect(await errorOf(conversation.request(ask))).toMatchObject({ code: 'closed', sent: false });
});

test('a terminal that hangs up instead of answering the connect is closed', async () => {
  const peer = await peerOf('tcp', (_request, line) => line.cut());
  expect(await errorOf(talkTo(peer))).toMatchObject({ code: 'closed', sent: false });
});

test('nobody listening is unreachable', async () => {
  const peer = await peerOf('tcp', () => {});
  await peer.close();
  const error = await errorOf(talkTo(peer));
  expect(error).toMatchObject({ code: 'unreachable', sent: false });
});

test('bytes that are no frame are a protocol error and end the conversation', async () => {
  const peer = await peerOf(
    'tcp',
    connected((_request, line) => line.raw(Buffer.from('HTTP/1.1 400 Bad Request'))),
  );
  const conversation = await talkTo(peer);
  expect(await errorOf(conversation.request(ask))).toMatchObject({ code: 'protocol', sent: true });
  expect(conversation.isOpen).toBe(false);
});

test('an absurd length is not waited for', async () => {
  const peer = await peerOf(
    'tcp',
    connected((_request, line) => line.raw(Buffer.from('5050827dffffffff0000', 'hex'))),
  );
  const conversation = await talkTo(peer, { timeoutMs: 30_000 });
  expect(await errorOf(conversation.request(ask))).toMatchObject({ code: 'protocol' });
});

test('a signal that is aborted before connecting leaves no connection behind', async () => {
  const peer = await peerOf('tcp', (_request, line) => line.reply(2000));
  expect(await errorOf(talkTo(peer, {}, AbortSignal.abort()))).toMatchObject({ code: 'aborted' });
  await expect.poll(() => peer.connections()).toBe(0);
});

test('an abort while connecting rejects and leaves no connection behind', async () => {
  const abort = new AbortController();
  const peer = await peerOf('tcp', () => abort.abort());
  expect(await errorOf(talkTo(peer, {}, abort.signal))).toMatchObject({ code: 'aborted', sent: false });
  await expect.poll(() => peer.connections()).toBe(0);
});

test('a destroyed conversation leaves no connection behind', async () => {
  const peer = await peerOf('tcp', (_request, line) => line.reply(2000));
  const conversation = await talkTo(peer);
  conversation.destroy();
  await expect.poll(() => peer.connections()).toBe(0);
});
