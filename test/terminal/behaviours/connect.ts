// Opening and closing a conversation: 1000, 1102 with the scrambled comm key, 1001.
import { type Answer, answer, type Behaviour, type Exchange, refuse } from '../behaviour.ts';
import { isKey } from '../comm-key.ts';
import { Command, Reply } from '../protocol.ts';

function connect({ device, client }: Exchange): Answer {
  const { commKey, alwaysAskKey, connectReply } = device.options;
  if (connectReply !== null) return refuse(connectReply);
  client.session = device.random.between(1, 0xffff);
  client.connected = true;
  client.authenticated = commKey === 0 && !alwaysAskKey;
  client.prepared = null;
  client.upload = null;
  client.liveMask = 0;
  return client.authenticated ? answer() : refuse(Reply.unauthorized);
}

function authenticate({ device, client, data }: Exchange): Answer {
  client.authenticated ||= isKey(data, device.options.commKey, client.session);
  return client.authenticated ? answer() : refuse(Reply.unauthorized);
}

function exit({ device, client }: Exchange): Answer {
  if (device.state.refreshPending && client.hasWritten && !client.disturbed)
    device.violation(`${client.label}: left without a refresh (1013) after a write`);
  client.connected = false;
  return { ...answer(), after: 'hang-up' };
}

export const connectBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.connect, { name: 'connect', run: connect }],
  [Command.auth, { name: 'authenticate', run: authenticate }],
  [Command.exit, { name: 'exit', run: exit }],
];
