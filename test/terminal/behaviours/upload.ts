// Data that a client sends in pieces (1500, 1501 …, 119), and the many users at once that it may hold (110).
import { admissionRefusal } from '../admission.ts';
import { type Answer, answer, type Behaviour, type Exchange, refuse } from '../behaviour.ts';
import type { Client } from '../client.ts';
import type { TerminalOptions } from '../configuration.ts';
import { Command, Reply, UPLOAD_BYTES } from '../protocol.ts';

const MOST_BYTES = 16 << 20;
const RECORD_MARK = 2;
const FINGER_BASE = 0x10;
const TABLE_BYTES = 8;
/** u32 12, u16 0, u16 8. */
const WORD = Buffer.from('0c00000000000800', 'hex');

type BulkWay = TerminalOptions['bulkWrite'];

function announce({ client, data }: Exchange): Answer {
  if (data.length < 4) return refuse(Reply.badData);
  const size = data.readUInt32LE();
  if (size === 0 || size > MOST_BYTES) return refuse();
  client.upload = { size, pieces: [], received: 0 };
  return answer();
}

function takePiece({ client, data }: Exchange): Answer {
  const { upload } = client;
  if (upload === null || data.length > UPLOAD_BYTES || upload.received + data.length > upload.size)
    return refuse();
  upload.pieces.push(data);
  upload.received += data.length;
  return answer();
}

/** What was uploaded, or null where it is not all there. */
export function uploaded({ upload }: Client): Buffer | null {
  return upload === null || upload.received !== upload.size ? null : Buffer.concat(upload.pieces);
}

function checksum({ client }: Exchange): Answer {
  const bytes = uploaded(client);
  if (bytes === null) return refuse();
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(bytes.reduce((total, byte) => (total + byte) >>> 0, 0));
  return answer(sum);
}

interface UploadedFinger {
  readonly uid: number;
  readonly finger: number;
  readonly template: Buffer;
}

/** Users, finger table and templates, each part behind its u32 length; null where the lengths do not add up. */
function parseUsers(bytes: Buffer, width: number): { records: Buffer[]; fingers: UploadedFinger[] } | null {
  if (bytes.length < 12) return null;
  const lengths = [0, 4, 8].map((at) => bytes.readUInt32LE(at));
  const [users = 0, table = 0, templates = 0] = lengths;
  if (12 + users + table + templates !== bytes.length) return null;
  if (users % (width + 1) !== 0 || table % TABLE_BYTES !== 0) return null;
  const records: Buffer[] = [];
  for (let at = 12; at < 12 + users; at += width + 1) {
    if (bytes[at] !== RECORD_MARK) return null;
    records.push(bytes.subarray(at + 1, at + 1 + width));
  }
  const store = bytes.subarray(12 + users + table);
  const fingers: UploadedFinger[] = [];
  for (let at = 12 + users; at < 12 + users + table; at += TABLE_BYTES) {
    const offset = bytes.readUInt32LE(at + 4);
    if (bytes[at] !== RECORD_MARK || offset + 2 > store.length) return null;
    const end = offset + 2 + store.readUInt16LE(offset);
    if (end > store.length) return null;
    const template = Buffer.from(store.subarray(offset + 2, end));
    fingers.push({
      uid: bytes.readUInt16LE(at + 1),
      finger: bytes.readUInt8(at + 3) - FINGER_BASE,
      template,
    });
  }
  return { records, fingers };
}

/** Those of many records that are stored, and the answer that is given for all of them. */
function fateOf(
  records: readonly Buffer[],
  way: BulkWay,
): { readonly stored: readonly Buffer[]; readonly answer: Answer } {
  const half = records.slice(0, Math.ceil(records.length / 2));
  switch (way) {
    case 'skips':
      return { stored: records.filter((_, index) => index % 3 !== 2), answer: answer() };
    case 'stops':
      return { stored: half, answer: refuse() };
    case 'dies':
      return { stored: half, answer: { frames: [], after: 'hang-up' } };
    default:
      return { stored: records, answer: answer() };
  }
}

/** Known on TCP and 72-byte terminals only. */
function writeUsers(exchange: Exchange): Answer {
  const { device, client, data } = exchange;
  const { width, bulkWrite } = device.options;
  const bytes = uploaded(client);
  if (width !== 72 || client.transport !== 'tcp' || bulkWrite === 'unknown') return refuse(Reply.badCommand);
  if (!data.equals(WORD)) {
    device.violation(`${client.label}: many users written by ${data.toString('hex')}`);
    return refuse(Reply.badData);
  }
  if (bytes === null && bulkWrite === 'mislays') return answer();
  if (bytes === null || bulkWrite === 'refused') return refuse();
  const parsed = parseUsers(bytes, width);
  if (parsed === null) {
    device.violation(`${client.label}: many users that do not make sense`);
    return refuse(Reply.badData);
  }
  const refusal = admissionRefusal(exchange, parsed.records);
  if (refusal !== null) return refuse(refusal);
  const fate = fateOf(parsed.records, bulkWrite);
  for (const raw of fate.stored) device.state.putUser(raw, 'protocol');
  for (const { uid, finger, template } of parsed.fingers) {
    if (device.state.users.has(uid)) device.state.putTemplate(uid, finger, 1, template, 'protocol');
  }
  return fate.answer;
}

export const uploadBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.prepareData, { name: 'announce data', run: announce }],
  [Command.data, { name: 'data', run: takePiece }],
  [Command.checksumBuffer, { name: 'checksum of data', run: checksum }],
  [Command.writeUsers, { name: 'write many users', writes: 'users', run: writeUsers }],
];
