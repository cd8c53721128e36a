// The keypad's lock, refreshes and the restart: 1002, 1003, 1013, 1014, 1004.
import { type Answer, answer, type Behaviour, type Exchange, refuse } from '../behaviour.ts';
import { Command, Reply } from '../protocol.ts';

function enable({ device }: Exchange): Answer {
  device.lock.enable();
  return answer();
}

/** Plain, or with zero seconds as some clients send it: until enabled. Else as this terminal takes the seconds. */
function disable({ device, client, data }: Exchange): Answer {
  const { timedDisable, secondMs } = device.options;
  if (data.length !== 0 && data.length !== 4) return refuse(Reply.badData);
  const seconds = data.length === 0 ? 0 : data.readUInt32LE();
  if (seconds === 0) {
    device.lock.disable(null);
    return answer();
  }
  if (timedDisable === 'refused') return refuse();
  if (!device.lock.enabled && !client.disturbed)
    device.violation(`${client.label}: disabled for a time while it was disabled already`);
  device.lock.disable(timedDisable === 'ignored' ? null : seconds * secondMs);
  return answer();
}

function refreshData({ device }: Exchange): Answer {
  device.state.refresh();
  return answer();
}

/** Most terminals restart without an answer; some answer first. */
function restart({ device }: Exchange): Answer {
  return { frames: device.options.answersRestart ? answer().frames : [], after: 'restart' };
}

export const controlBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.enable, { name: 'enable', run: enable }],
  [Command.disable, { name: 'disable', run: disable }],
  [Command.refreshData, { name: 'refresh', run: refreshData }],
  [Command.refreshOptions, { name: 'refresh options', run: () => answer() }],
  [Command.restart, { name: 'restart', run: restart }],
];
