// Putting the terminal into enrolment: 62 cancels, 61 begins, 60 (start verifying) is accepted at any time.
import { type Answer, answer, type Behaviour, type Exchange, refuse } from '../behaviour.ts';
import { Enrolment } from '../enrolment.ts';
import { Command, Reply } from '../protocol.ts';
import { seedTemplate } from '../seed.ts';

const LONG_BYTES = 26;
const SHORT_BYTES = 5;

/** 24 bytes of user_id, u8 finger, u8 1; or u32 user_id, u8 finger. */
function wanted(data: Buffer): { userId: string; finger: number } | null {
  if (data.length === LONG_BYTES) {
    return { userId: data.toString('latin1', 0, 24).replace(/\0.*$/s, ''), finger: data.readUInt8(24) };
  }
  if (data.length === SHORT_BYTES) return { userId: String(data.readUInt32LE(0)), finger: data.readUInt8(4) };
  return null;
}

/** The user must exist, the slot be empty, the keypad enabled, and nobody else enrolling. */
function start({ device, client, data }: Exchange): Answer {
  const wish = wanted(data);
  if (wish === null) return refuse(Reply.badData);
  const { state, options } = device;
  const user = state.findUser(wish.userId);
  if (user === undefined || wish.finger > 9 || state.templates.get(user.uid, wish.finger) !== undefined)
    return refuse();
  if (device.enrolment !== null || !device.lock.enabled) return refuse();
  if (client.liveMask !== 0)
    device.violation(`${client.label}: enrolment while registered for live events (500)`);
  const template = seedTemplate(device.random);
  device.enrolment = new Enrolment({
    client,
    uid: user.uid,
    userId: user.userId,
    finger: wish.finger,
    template,
    order: options.enrolOrder,
    timeoutMs: options.enrolTimeoutMs,
    // At the sensor it is the person who enrols; terminals count it like a change at the keypad.
    store: () => state.putTemplate(user.uid, wish.finger, 1, template, 'keypad'),
    ended: () => {
      device.enrolment = null;
      device.changed();
    },
  });
  return answer();
}

function cancel({ device }: Exchange): Answer {
  device.enrolment?.end();
  return answer();
}

export const enrolBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.startEnrol, { name: 'start enrolment', run: start }],
  [Command.cancelCapture, { name: 'cancel capture', run: cancel }],
  [Command.startVerify, { name: 'start verifying', run: () => answer() }],
];
