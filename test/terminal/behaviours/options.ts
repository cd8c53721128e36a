// What the terminal says about itself: named options (11, 12) and the firmware (1100).
import { type Answer, answer, type Behaviour, type Exchange, refuse } from '../behaviour.ts';
import { Command, Reply } from '../protocol.ts';

function cString(data: Buffer): string {
  return data.toString('latin1').replace(/\0.*$/s, '');
}

function readOption({ device, data }: Exchange): Answer {
  const name = cString(data);
  if (name === '~PIN2Width') device.state.isSetAnew = false;
  const value = device.state.settings.get(name);
  return value === undefined ? refuse() : answer(Buffer.from(`${name}=${value}\0`, 'latin1'));
}

function writeOption({ device, data }: Exchange): Answer {
  const [name = '', value] = cString(data).split(/=(.*)/s);
  if (name === '' || value === undefined) return refuse(Reply.badData);
  device.state.settings.set(name, value);
  return answer();
}

export const optionBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.readOption, { name: 'read option', run: readOption }],
  [Command.writeOption, { name: 'write option', writes: 'stored', run: writeOption }],
  [
    Command.firmware,
    { name: 'firmware', run: ({ device }) => answer(Buffer.from(`${device.options.firmware}\0`, 'latin1')) },
  ],
];
