// The part of the broker's store that tracks what is on its way to clients: handed to the sessions.
//
// The embedded broker drops a direct message that overtakes a published one (it takes the lower counter for
// a duplicate), and redelivers direct messages. So every message to a client goes through its Session, and the
// broker's own outgoing queue stays empty.
import { Readable } from 'node:stream';
import type { Session } from './session.ts';

interface OutgoingPacket {
  readonly messageId?: number | undefined;
  readonly payload?: unknown;
}

/** The methods of an aedes persistence about outgoing messages (aedes-persistence 10, asynchronous form). */
export interface OutgoingStore {
  outgoingEnqueue(client: { id: string }, packet: OutgoingPacket): Promise<void>;
  outgoingEnqueueCombi(clients: unknown, packet: OutgoingPacket): Promise<void>;
  outgoingUpdate(client: { id: string }, packet: OutgoingPacket): Promise<void>;
  outgoingClearMessageId(client: { id: string }, packet: OutgoingPacket): Promise<unknown>;
  outgoingStream(client: { id: string }): Readable;
}

/** Replaces the store's outgoing queue by the sessions. `onAcknowledged` is called with every PUBACK. */
export function trackOutgoing(
  store: OutgoingStore,
  sessionOf: (clientId: string) => Session,
  onAcknowledged: (clientId: string) => void = () => {},
): void {
  store.outgoingEnqueue = async () => {};
  store.outgoingEnqueueCombi = async () => {};
  store.outgoingUpdate = async ({ id }, packet) => sessionOf(id).sent(packet.payload, packet.messageId);
  store.outgoingClearMessageId = async ({ id }, packet) => {
    const message = sessionOf(id).acknowledge(packet.messageId);
    onAcknowledged(id);
    return message;
  };
  store.outgoingStream = () => Readable.from([]);
}
