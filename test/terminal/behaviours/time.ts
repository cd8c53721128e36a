// The clock: 201 reads, 202 sets.
import { type Answer, answer, type Behaviour, type Exchange, refuse } from '../behaviour.ts';
import { Command, Reply } from '../protocol.ts';
import { packTime, unpackTime } from '../wall-clock.ts';

/** The packed time ends in 2133; a clock set there would run out of it. */
const LATEST = '2100';

function getTime({ device }: Exchange): Answer {
  const packed = Buffer.alloc(4);
  packed.writeUInt32LE(device.options.packedClock ?? packTime(device.state.clock.now()));
  return answer(packed);
}

function setTime({ device, data }: Exchange): Answer {
  // zkteco-js sends 32 bytes; terminals look at the first four.
  if (data.length < 4) return refuse(Reply.badData);
  const iso = unpackTime(data.readUInt32LE());
  if (iso === null || iso >= LATEST) return refuse(Reply.badData);
  device.state.clock.set(iso);
  device.state.refreshPending = true;
  return answer();
}

export const timeBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.getTime, { name: 'read time', run: getTime }],
  [Command.setTime, { name: 'set time', writes: 'stored', run: setTime }],
];
