// A place for one test: peers and conversations with them, cleared away afterwards.
import { afterEach, expect } from 'vitest';
import { Conversation, type ConversationOptions } from '../conversation.ts';
import { ZkError } from '../errors.ts';
import { type Handler, type Peer, tcpPeer, udpPeer } from './peer.ts';

export interface Bench {
  /** A terminal that answers as told; over TCP it may cut what it sends every `split` bytes. */
  peerOf(transport: 'tcp' | 'udp', handler: Handler, split?: number): Promise<Peer>;
  /** A conversation with it, over TCP unless told otherwise. */
  talkTo(peer: Peer, options?: Partial<ConversationOptions>, signal?: AbortSignal): Promise<Conversation>;
}

/** To be called once at the top of a test file. */
export function bench(): Bench {
  const released: (() => unknown)[] = [];
  afterEach(async () => {
    for (const release of released.splice(0).reverse()) await release();
  });
  return {
    async peerOf(transport, handler, split) {
      const peer =
        transport === 'udp'
          ? await udpPeer(handler)
          : await tcpPeer(handler, split === undefined ? {} : { split });
      released.push(() => peer.close());
      return peer;
    },
    async talkTo(peer, options = {}, signal) {
      const conversation = await Conversation.open(
        { host: '127.0.0.1', port: peer.port, transport: 'tcp', commKey: 0, timeoutMs: 2000, ...options },
        signal,
      );
      released.push(() => conversation.destroy());
      return conversation;
    },
  };
}

/** Answers connecting; everything else is the test's. */
export function connected(handler: Handler): Handler {
  return (request, line) => (request.command === 1000 ? line.reply(2000) : handler(request, line));
}

/** The error of a promise that must fail. */
export function errorOf(promise: Promise<unknown>): Promise<ZkError> {
  return promise.then(
    () => {
      throw new Error('it should have failed');
    },
    (error: unknown) => {
      expect(error).toBeInstanceOf(ZkError);
      return error as ZkError;
    },
  );
}
