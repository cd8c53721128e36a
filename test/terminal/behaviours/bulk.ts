// Bulk reads: 1503 prepares a set, 1504 takes pieces of it, 1502 frees it (docs/protocol.md, Tables).
import {
  type Answer,
  type AnswerFrame,
  answer,
  type Behaviour,
  type Exchange,
  refuse,
} from '../behaviour.ts';
import { Command, Reply, UDP_DATA_BYTES } from '../protocol.ts';
import type { TerminalState } from '../state.ts';

/** More than any terminal allows. */
const CHUNK_BYTES = { tcp: 65_472, udp: 16_384 } as const;
const REQUEST_BYTES = 11;
const REQUEST_MARK = 1;
/** Sets by the command and fct inside 1503. */
const SETS: Readonly<Record<string, (state: TerminalState) => Buffer>> = {
  '9/5': (state) => state.userSet(),
  '7/2': (state) => state.templates.encode(),
  '13/0': (state) => state.attendanceSet(),
  '34/0': (state) => Buffer.concat(state.oplog),
};

function prepareRead({ device, client, data }: Exchange): Answer {
  if (data.length !== REQUEST_BYTES || data[0] !== REQUEST_MARK) return refuse(Reply.badData);
  const make = SETS[`${data.readUInt16LE(1)}/${data.readUInt32LE(3)}`];
  if (make === undefined) return refuse();
  const content = make(device.state);
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32LE(content.length);
  const set = Buffer.concat([prefix, content]);
  const exchange = { device, client };
  if (device.options.bulk === 'prepared') return { frames: run(set, exchange) };
  if (isSingle(set, exchange)) return { frames: [{ command: Reply.data, data: set }] };
  client.prepared = set;
  const sizes = Buffer.alloc(13);
  sizes.writeUInt32LE(set.length, 1);
  sizes.writeUInt32LE(set.length, 5);
  sizes.writeUInt32LE(device.random.between(0, 0xffffffff), 9);
  return answer(sizes);
}

type Place = Pick<Exchange, 'device' | 'client'>;

function isSingle(set: Buffer, { device, client }: Place): boolean {
  const { bulk, singleBytes } = device.options;
  if (client.transport === 'udp' && set.length > UDP_DATA_BYTES) return false;
  return bulk === 'single' || (bulk === 'auto' && set.length <= singleBytes);
}

/** A run: 1500 with u32 n and u32 frame size, 1501 once or often, 2000. */
function run(bytes: Buffer, { device, client }: Place): AnswerFrame[] {
  const { frameBytes, datagramBytes, sessionFieldCounts } = device.options;
  const each = client.transport === 'udp' ? datagramBytes : frameBytes;
  const announced = Buffer.alloc(8);
  announced.writeUInt32LE(bytes.length, 0);
  announced.writeUInt32LE(each, 4);
  const frames: AnswerFrame[] = [{ command: Reply.prepareData, data: announced }];
  const counted = (count: number) => (sessionFieldCounts ? { session: count & 0xffff } : {});
  let count = 0;
  for (let at = 0; at < bytes.length; at += each) {
    frames.push({ command: Reply.data, data: bytes.subarray(at, at + each), ...counted(count) });
    count += 1;
  }
  frames.push({ command: Reply.ok, ...counted(Math.max(0, count - 1)) });
  return frames;
}

function readChunk({ device, client, data }: Exchange): Answer {
  if (client.prepared === null) return refuse();
  if (data.length !== 8) return refuse(Reply.badData);
  const [start, n] = [data.readUInt32LE(0), data.readUInt32LE(4)];
  if (n === 0 || n > CHUNK_BYTES[client.transport] || start + n > client.prepared.length) {
    device.violation(`${client.label}: asked for ${n} bytes from ${start} of ${client.prepared.length}`);
    return refuse();
  }
  if (n > device.options.chunkLimit[client.transport]) return refuse();
  const bytes = client.prepared.subarray(start, start + n);
  // A datagram cannot hold 16 KB: on UDP a bare answer is sent as a run too.
  const isBare = device.options.chunkAnswer === 'bare' && client.transport === 'tcp';
  return { frames: isBare ? [{ command: Reply.data, data: bytes }] : run(bytes, { device, client }) };
}

/** A template, or another small table, as its own answer: one 1501, or a run where it is long. */
export function smallOrRun(bytes: Buffer, place: Place): AnswerFrame[] {
  return bytes.length <= UDP_DATA_BYTES ? [{ command: Reply.data, data: bytes }] : run(bytes, place);
}

function freeData({ client }: Exchange): Answer {
  client.prepared = null;
  client.upload = null;
  return answer();
}

export const bulkBehaviours: readonly (readonly [number, Behaviour])[] = [
  [Command.prepareRead, { name: 'prepare read', run: prepareRead }],
  [Command.readChunk, { name: 'read chunk', run: readChunk }],
  [Command.freeData, { name: 'free data', run: freeData }],
];
