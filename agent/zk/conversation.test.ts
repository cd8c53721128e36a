import { describe, expect, test } from 'vitest';
import { bench, connected, errorOf } from './testing/bench.ts';
import { SESSION } from './testing/peer.ts';

const { peerOf, talkTo } = bench();
const ask = { command: 50, asked: 'read counters (50)' };

describe.each(['tcp', 'udp'] as const)('over %s', (transport) => {
  test('connects with session 0 and reply 0, and uses the session that it was given', async () => {
    const peer = await peerOf(transport, (_request, line) => line.reply(2000, Buffer.from('ok')));
    const conversation = await talkTo(peer, { transport });
    expect(await conversation.request(ask)).toEqual({ command: 2000, data: Buffer.from('ok') });
    expect(peer.requests.map(({ command, session, replyId }) => [command, session, replyId])).toEqual([
      [1000, 0, 0],
      [50, SESSION, 1],
    ]);
  });

  test('answers 2005 with the scrambled comm key', async () => {
    const peer = await peerOf(transport, (request, line) =>
      line.reply(request.command === 1000 ? 2005 : 2000),
    );
    await talkTo(peer, { transport, commKey: 12 });
    expect(peer.requests.map(({ command, data }) => [command, data.toString('hex')])).toEqual([
      [1000, ''],
      [1102, '614d323c'],
    ]);
  });

  test('a refused comm key is an auth error that holds the reply', async () => {
    const peer = await peerOf(transport, (request, line) =>
      line.reply(request.command === 1000 ? 2005 : 2001),
    );
    const error = await errorOf(talkTo(peer, { transport }));
    expect(error).toMatchObject({ code: 'auth', reply: 2001, sent: false });
  });

  test('a terminal that refuses to connect is refused', async () => {
    const peer = await peerOf(transport, (_request, line) => line.reply(65535));
    expect(await errorOf(talkTo(peer, { transport }))).toMatchObject({ code: 'refused', reply: 65535 });
  });

  test('a terminal that says nothing is a time-out with nothing sent that counts', async () => {
    const peer = await peerOf(transport, () => {});
    const error = await errorOf(talkTo(peer, { transport, timeoutMs: 100 }));
    expect(error).toMatchObject({ code: 'timeout', asked: 'connect (1000)', sent: false });
  });

  test('events between request and answer are acknowledged and told apart', async () => {
    const peer = await peerOf(
      transport,
      connected((request, line) => {
        if (request.command !== 50) return;
        // An event with the very reply id of the request: the command decides, not the id.
        line.send({ command: 500, session: 8, replyId: request.replyId, data: Buffer.from([1, 2]) });
        line.send({ command: 500, session: 2, replyId: 0 });
        line.reply(2000, Buffer.from('answer'));
      }),
    );
    const conversation = await talkTo(peer, { transport });
    const events: unknown[] = [];
    conversation.onEvent(({ code, data }) => events.push([code, [...data]]));
    const answer = await conversation.request(ask);
    expect(answer.data.toString()).toBe('answer');
    expect(events).toEqual([
      [8, [1, 2]],
      [2, []],
    ]);
    await expect
      .poll(() => peer.requests.filter(({ command }) => command === 2000))
      .toEqual([
        { command: 2000, session: SESSION, replyId: 0, data: Buffer.alloc(0) },
        { command: 2000, session: SESSION, replyId: 0, data: Buffer.alloc(0) },
      ]);
  });

  test('answers with a foreign reply id are not taken', async () => {
    const peer = await peerOf(
      transport,
      connected((request, line) => {
        line.send({ command: 2001, session: SESSION, replyId: request.replyId - 1 });
        line.send({
          command: 2000,
          session: SESSION,
          replyId: request.replyId + 1,
          data: Buffer.from('late'),
        });
        line.reply(2000, Buffer.from('mine'), 4711);
      }),
    );
    const conversation = await talkTo(peer, { transport });
    expect((await conversation.request(ask)).data.toString()).toBe('mine');
  });

  test('a refusal says what was asked, and the conversation goes on', async () => {
    const peer = await peerOf(
      transport,
      connected((request, line) => line.reply(request.command === 8 ? 2001 : 2000)),
    );
    const conversation = await talkTo(peer, { transport });
    const error = await errorOf(conversation.request({ command: 8, asked: 'write user (8)' }));
    expect(error).toMatchObject({ code: 'refused', asked: 'write user (8)', reply: 2001, sent: true });
    expect((await conversation.request(ask)).command).toBe(2000);
  });

  test('a time-out ends the conversation, for those who wait as well', async () => {
    const peer = await peerOf(
      transport,
      connected(() => {}),
    );
    const conversation = await talkTo(peer, { transport });
    const closed = new Promise((resolve) => conversation.onClosed(resolve));
    const first = errorOf(conversation.request({ ...ask, timeoutMs: 50 }));
    const second = errorOf(conversation.request(ask));
    expect(await first).toMatchObject({ code: 'timeout', sent: true });
    expect(await second).toMatchObject({ code: 'closed', sent: false });
    expect(await closed).toMatchObject({ code: 'timeout' });
    expect(conversation.isOpen).toBe(false);
    expect(await errorOf(conversation.request(ask))).toMatchObject({ code: 'closed', sent: false });
  });

  test('an abort under way rejects at once and ends the conversation', async () => {
    const abort = new AbortController();
    const peer = await peerOf(
      transport,
      connected(() => abort.abort()),
    );
    const conversation = await talkTo(peer, { transport });
    const error = await errorOf(conversation.request({ ...ask, signal: abort.signal }));
    expect(error).toMatchObject({ code: 'aborted', sent: true });
    expect(conversation.isOpen).toBe(false);
  });

  test('an abort of one who waits leaves the conversation alone', async () => {
    const abort = new AbortController();
    const peer = await peerOf(
      transport,
      connected((_request, line) => {
        abort.abort();
        line.reply(2000);
      }),
    );
    const conversation = await talkTo(peer, { transport });
    const first = conversation.request(ask);
    const error = await errorOf(conversation.request({ ...ask, signal: abort.signal }));
    expect(error).toMatchObject({ code: 'aborted', sent: false });
    await first;
    expect(conversation.isOpen).toBe(true);
    expect(peer.requests).toHaveLength(2);
  });

  test('requests are exchanged one at a time, in the order in which they were asked', async () => {
    let waiting = 0;
    let most = 0;
    const peer = await peerOf(
      transport,
      connected((_request, line) => {
        waiting += 1;
        most = Math.max(most, waiting);
        setImmediate(() => {
          waiting -= 1;
          line.reply(2000);
        });
      }),
    );
    const conversation = await talkTo(peer, { transport });
    const commands = [50, 11, 201, 1100, 88];
    await Promise.all(commands.map((command) => conversation.request({ command, asked: `${command}` })));
    expect(peer.requests.map(({ command }) => command)).toEqual([1000, ...commands]);
    expect(most).toBe(1);
  });

  test('closing says 1001 after what is under way', async () => {
    const peer = await peerOf(transport, (_request, line) => line.reply(2000));
    const conversation = await talkTo(peer, { transport });
    const last = conversation.request(ask);
    await conversation.close();
    expect((await last).command).toBe(2000);
    expect(conversation.isOpen).toBe(false);
    expect(peer.requests.map(({ command }) => command)).toEqual([1000, 50, 1001]);
  });

  test('closing a silent terminal takes a second at most and does not throw', async () => {
    const peer = await peerOf(
      transport,
      connected(() => {}),
    );
    const conversation = await talkTo(peer, { transport, timeoutMs: 30_000 });
    const stuck = errorOf(conversation.request(ask));
    const begun = performance.now();
    await Promise.all([conversation.close(), conversation.close()]);
    expect(performance.now() - begun).toBeLessThan(1500);
    expect(await stuck).toMatchObject({ code: 'closed', sent: true });
  });

  test('a listener that fails ends the conversation, not the process', async () => {
    const peer = await peerOf(
      transport,
      connected((_request, line) => line.send({ command: 500, session: 1, replyId: 0 })),
    );
    const conversation = await talkTo(peer, { transport });
    conversation.onEvent(() => {
      throw new Error('listener');
    });
    expect(await errorOf(conversation.request(ask))).toMatchObject({ code: 'protocol' });
  });

  test('an unsubscribed listener hears nothing more', async () => {
    const peer = await peerOf(
      transport,
      connected((_request, line) => {
        line.send({ command: 500, session: 1, replyId: 0 });
        line.reply(2000);
      }),
    );
    const conversation = await talkTo(peer, { transport });
    let heard = 0;
    const unsubscribe = conversation.onEvent(() => heard++);
    await conversation.request(ask);
    unsubscribe();
    await conversation.request(ask);
    expect(heard).toBe(1);
  });
});
