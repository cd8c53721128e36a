// Fingerprints one at a time: read (88, 9), upload (87), delete (134, 19).
import { type Answer, answer, type Behaviour, type Exchange, refuse } from '../behaviour.ts';
import { Command, Reply } from '../protocol.ts';
import { smallOrRun } from './bulk.ts';
import { uploaded } from './upload.ts';

const USER_ID_BYTES = 24;

function find({ device, data }: Exchange) {
  return data.length < 3 ? undefined : device.state.templates.get(data.readUInt16LE(0), data.readUInt8(2));
}

/** 88: the template, perhaps six zeros, one more byte. */
function readTemplate(exchange: Exchange): Answer {
  const found = find(exchange);
  if (found === undefined) return refuse();
  const tail = Buffer.alloc(exchange.device.options.templateTail === 'zeros' ? 7 : 1);
  tail.writeUInt8(1, tail.length - 1);
  return { frames: smallOrRun(Buffer.concat([found.template, tail]), exchange) };
}

/** 9 with a uid and a finger: the template alone. Without, it once meant the whole table. */
function readPure(exchange: Exchange): Answer {
  const { device, client, data } = exchange;
  if (data.length < 3) {
    device.violation(`${client.label}: asked for a whole table by a bare 9`);
    return refuse(Reply.badCommand);
  }
  const found = find(exchange);
  return found === undefined ? refuse() : { frames: smallOrRun(found.template, exchange) };
}

/** 87: u16 uid, u8 finger, u8 flag, u16 size of what was uploaded; needs the user and an empty slot. */
function uploadTemplate({ device, client, data }: Exchange): Answer {
  const template = uploaded(client);
  if (data.length < 6) return refuse(Reply.badData);
  const [uid, finger, flag, size] = [
    data.readUInt16LE(0),
    data.readUInt8(2),
    data.readUInt8(3),
    data.readUInt16LE(4),
  ];
  const { state, options } = device;
  const fits = template !== null && template.length === size && finger <= 9;
  const isFree = state.users.has(uid) && state.templates.get(uid, finger) === undefined;
  if (!fits || !isFree || state.templates.size >= options.capacity.fingers) return refuse();
  state.putTemplate(uid, finger, flag, template, 'protocol');
  return answer();
}

/** 134: 24 bytes of user_id, u8 finger; 72-byte terminals only. */
function deleteByUserId({ device, data }: Exchange): Answer {
  if (device.options.width !== 72) return refuse(Reply.unknown);
  if (data.length < USER_ID_BYTES + 1) return refuse(Reply.badData);
  const userId = data.toString('latin1', 0, USER_ID_BYTES).replace(/\0.*$/s, '');
  const user = device.state.findUser(userId);
  const gone =
    user !== undefined && device.state.deleteFinger(user.uid, data.readUInt8(USER_ID_BYTES), 'protocol');
  return gone ? answer() : refuse();
}

/** 19: u16 uid, u8 finger; on 72-byte terminals it may take all of the user's fingers. */
function deleteByUid({ device, data }: Exchange): Answer {
  if (data.length < 3) return refuse(Reply.badData);
  const takesAll = device.options.width === 72 && device.options.deleteFinger19 === 'all';
  const finger = takesAll ? 'all' : data.readUInt8(2);
  return device.state.deleteFinger(data.readUInt16LE(0), finger, 'protocol') ? answer() : refuse();
}

export const templateBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.readTemplate, { name: 'read template', run: readTemplate }],
  [Command.readTemplatePure, { name: 'read pure template', run: readPure }],
  [Command.uploadTemplate, { name: 'upload template', writes: 'users', run: uploadTemplate }],
  [Command.deleteFingerByUserId, { name: 'delete finger', writes: 'users', run: deleteByUserId }],
  [Command.deleteFinger, { name: 'delete finger by uid', writes: 'users', run: deleteByUid }],
];
