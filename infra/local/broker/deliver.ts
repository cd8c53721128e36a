// Hands one message to a client that is connected.
import type { Client } from 'aedes';
import type { Outbound } from './session.ts';

export function deliver(client: Client, message: Outbound, again: boolean): void {
  const { topic, payload, qos, expiresAt } = message;
  const left = expiresAt === undefined ? undefined : Math.max(1, Math.ceil((expiresAt - Date.now()) / 1000));
  const packet = {
    cmd: 'publish' as const,
    topic,
    payload,
    qos,
    dup: again,
    retain: false,
    ...(left === undefined ? {} : { properties: { messageExpiryInterval: left } }),
  };
  // A failed write ends the connection, and with it the session hears of it.
  client.publish(packet, () => {});
}
