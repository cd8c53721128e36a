// Live events: 500 registers for them; a punch is sent to every client that did.
import { type Answer, answer, type Behaviour, type Exchange, refuse } from '../behaviour.ts';
import { Command, Reply } from '../protocol.ts';

function register({ device, client, data }: Exchange): Answer {
  if (device.options.liveEvents === 'refused') return refuse();
  if (data.length !== 4) return refuse(Reply.badData);
  client.liveMask = data.readUInt32LE();
  return answer();
}

export const eventBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.registerEvents, { name: 'register for events', run: register }],
];
