// Every decoder of the protocol on damaged bytes: it decodes or throws ZkError, and nothing else.

import { judgeTable } from '../../agent/terminal/tables/user-table.ts';
import { type AttendanceWidth, decodeAttendance, decodeAttendanceAs } from '../../agent/zk/attendance.ts';
import { decodeCounters } from '../../agent/zk/counters.ts';
import { DataRun } from '../../agent/zk/data-run.ts';
import { decodeEnrolEvent } from '../../agent/zk/enrolment.ts';
import { ZkError } from '../../agent/zk/errors.ts';
import { encodeFrame, FrameDecoder } from '../../agent/zk/frame.ts';
import { decodePunches } from '../../agent/zk/live.ts';
import { optionValue } from '../../agent/zk/options.ts';
import { decodePayload, encodePayload } from '../../agent/zk/payload.ts';
import { decodeTemplates, withoutTail } from '../../agent/zk/templates.ts';
import { decodeTime } from '../../agent/zk/time.ts';
import { decodeUsers, newUser } from '../../agent/zk/users.ts';
import { encodePunch } from '../terminal/attendance.ts';
import type { Random } from '../terminal/random.ts';
import { mutated } from './mutate.ts';
import { breathe, Flaw, type Target } from './target.ts';

const WIDTHS: readonly [AttendanceWidth, ...AttendanceWidth[]] = [8, '8b', 16, 40, 49];
const EVENTS = [1, 2, 8, 128, 256] as const;
const MOST_RANDOM_BYTES = 400;
const BREATHE_EVERY = 500;

type Decoder = (bytes: Buffer, random: Random) => unknown;

const DECODERS: readonly [Decoder, ...Decoder[]] = [
  function frames(bytes, random) {
    const decoder = new FrameDecoder();
    for (let at = 0; at < bytes.length; ) {
      const end = at + random.between(1, 40);
      decoder.push(bytes.subarray(at, end)).map(decodePayload);
      at = end;
    }
    if (decoder.held > bytes.length) throw new Flaw('the frame decoder holds more than it was given');
  },
  (bytes) => decodeUsers(bytes, 72, 'utf-8'),
  (bytes) => decodeUsers(bytes, 28, 'gbk'),
  (bytes, random) =>
    judgeTable(bytes, {
      count: random.pick([null, 1, 5]),
      stated: null,
      learnt: random.pick([null, 28, 72]),
      transport: random.pick(['tcp', 'udp']),
    }),
  (bytes, random) => decodeAttendance(bytes, random.pick([null, 0, 1, 5])),
  (bytes, random) => decodeAttendanceAs(bytes, random.pick(WIDTHS)),
  decodeTemplates,
  withoutTail,
  decodeCounters,
  optionValue,
  (bytes, random) => decodePunches({ code: random.pick(EVENTS), data: bytes }),
  (bytes, random) => decodeEnrolEvent({ code: random.pick(EVENTS), data: bytes }),
  (bytes) => (bytes.length < 4 ? null : decodeTime(bytes.readUInt32LE(0))),
  function dataRun(bytes, random) {
    const run = new DataRun({ asked: 'fuzz', maxBytes: 1_000_000 });
    for (let at = 0; at < bytes.length; at += 50) {
      const command = random.pick([1500, 1501, 1501, 2000, 2001, 500]);
      if (run.accept({ command, session: at, data: bytes.subarray(at, at + 50) }).done) return;
    }
  },
];

function samples(random: Random): [Buffer, ...Buffer[]] {
  const user = newUser({ uid: 7, userId: '7', name: 'Ana', card: 99, password: '1' }, 72, 'utf-8');
  const punch = { uid: 7, userId: '7', verify: 1, state: 0, packedTime: 0x2368b36b };
  const template = Buffer.from([20, 0, 7, 0, 3, 1, ...random.bytes(14)]);
  const payload = encodePayload({ command: 1501, session: 3, replyId: 9, data: user });
  return [
    encodeFrame(payload),
    Buffer.concat([encodeFrame(payload), encodeFrame(payload), encodeFrame(payload)]),
    Buffer.concat([user, user, user]),
    newUser({ uid: 7, userId: '7', name: 'Ana' }, 28, 'utf-8'),
    ...WIDTHS.map((width) => Buffer.concat([encodePunch(punch, width), encodePunch(punch, width)])),
    Buffer.concat([template, template]),
    Buffer.from('~SerialNumber=A1\0'),
    random.bytes(92),
  ];
}

export function decoders(): Target {
  return {
    name: 'decoders',
    async feed(count, random) {
      const good = samples(random);
      for (let fed = 0; fed < count; fed++) {
        const chance = random.between(0, 9);
        const bytes =
          chance === 0
            ? random.bytes(random.between(0, MOST_RANDOM_BYTES))
            : mutated(random.pick(good), random);
        tryDecoder(random.pick(DECODERS), bytes, random);
        if (fed % BREATHE_EVERY === 0) await breathe();
      }
      return count;
    },
    close: async () => undefined,
  };
}

function tryDecoder(decode: Decoder, bytes: Buffer, random: Random): void {
  try {
    decode(bytes, random);
  } catch (error) {
    if (error instanceof ZkError) return;
    throw new Flaw(`a decoder throws ${String(error)} on ${bytes.toString('hex')}`, error);
  }
}
