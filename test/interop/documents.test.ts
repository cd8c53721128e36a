// Bytes of real terminals as public documents print them, typed in as facts. [P] github.com/adrobinoga/zk-protocol:
// protocol.md, sections/data-user.md, data-record.md, ex_data.md; [C] captures that users of other clients have published (their connect packet, a ZLM60 that asks for its key).
import { afterEach, describe, expect, it } from 'vitest';
import { decodeAttendance } from '../../agent/zk/attendance.ts';
import { readSet } from '../../agent/zk/bulk.ts';
import { Conversation } from '../../agent/zk/conversation.ts';
import { decodeEnrolEvent } from '../../agent/zk/enrolment.ts';
import { encodeFrame, FrameDecoder } from '../../agent/zk/frame.ts';
import { optionValue } from '../../agent/zk/options.ts';
import { decodePayload, encodePayload } from '../../agent/zk/payload.ts';
import { decodeTemplates } from '../../agent/zk/templates.ts';
import { decodeTime, formatTime } from '../../agent/zk/time.ts';
import { decodeUser, patchUser } from '../../agent/zk/users.ts';
import { encodePunch } from '../terminal/attendance.ts';
import {
  tcpFrame,
  decodePayload as terminalReads,
  encodePayload as terminalWrites,
} from '../terminal/framing.ts';
import { hex, u32 } from '../terminal/raw-client.ts';
import { decodeRecord } from '../terminal/user-record.ts';
import { type PlayedWire, playedWire } from './played-wire.ts';

/** Payloads of a stream of frames. */
const payloadsOf = (stream: Buffer) => new FrameDecoder().push(stream).map(decodePayload);

const FRAMES: [string, string, { command: number; session: number; replyId: number; data: Buffer }][] = [
  [
    'connect [C]',
    '50 50 82 7d 08 00 00 00 e8 03 17 fc 00 00 00 00',
    { command: 1000, session: 0, replyId: 0, data: hex('') },
  ],
  [
    'a ZLM60 asks for its key [C]',
    '50 50 82 7d 08 00 00 00 d5 07 07 28 22 d0 01 00',
    { command: 2005, session: 0xd022, replyId: 1, data: hex('') },
  ],
  [
    'the option ~OS is asked for [P]',
    '50 50 82 7D 0C 00 00 00 0B 00 58 EF C5 C0 05 00 7E 4F 53 00',
    { command: 11, session: 0xc0c5, replyId: 5, data: hex('7E 4F 53 00') },
  ],
  [
    'the good sample of a finger [P]',
    '50 50 82 7D 09 00 00 00 F4 01 A7 FC 00 01 00 00 64',
    { command: 500, session: 256, replyId: 0, data: hex('64') },
  ],
];

describe('frames of the documents', () => {
  it.each(FRAMES)('%s', (_what, text, payload) => {
    const bytes = hex(text);
    expect(payloadsOf(bytes)).toEqual([payload]);
    // Byte for byte what our side writes, and the simulated terminal, checksums included.
    expect(encodeFrame(encodePayload(payload))).toEqual(bytes);
    expect(tcpFrame(terminalWrites(payload))).toEqual(bytes);
    expect(terminalReads(bytes.subarray(8))).toEqual(payload);
  });

  it.each(['0b005a17f38d03005a4b4661636556657273696f6e00', 'd007296af38d0a0009'])(
    'the checksum of %s [P]',
    (text) => {
      const payload = Buffer.from(text, 'hex');
      expect(encodePayload(decodePayload(payload))).toEqual(payload);
    },
  );

  it('an option answers name and value in one text [C]', () => {
    const [answer] = payloadsOf(hex('50 50 82 7D 0F 00 00 00 D0 07 B1 07 63 19 0D 00 7E 53 53 52 3D 31 00'));
    expect(answer).toMatchObject({ command: 2000, session: 0x1963, replyId: 13 });
    expect(optionValue(answer!.data)).toBe('1');
  });

  it('the good sample is understood as one [P]', () => {
    expect(decodeEnrolEvent({ code: 256, data: hex('64') })).toMatchObject({ kind: 'sample', good: true });
  });
});

/** Writes uid 14: privilege 6, password 123456, "Nuevo", card 6543, group 1, user_id 11224488; the 7C is junk [P]. */
const NUEVO = hex(`
  50 50 82 7D 50 00 00 00 08 00 FC 57 9D 8A 5C 00
  0E 00 06 31 32 33 34 35 36 00 7C 4E 75 65 76 6F
  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  00 00 00 8F 19 00 00 01 00 00 00 00 00 00 00 00
  31 31 32 32 34 34 38 38 00 00 00 00 00 00 00 00
  00 00 00 00 00 00 00 00`);
/** uid 13: password 444 with junk behind it, "Ned", card 222, group 2, own time zones 1 and 2, user_id 555 [P]. */
const NED = hex(`
  0D 00 00 34 34 34 00 C6 9A 80 7C 4E 65 64 00 00
  00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00
  00 00 00 DE 00 00 00 02 01 00 01 00 02 00 00 00
  35 35 35 00 00 00 00 00 00 00 00 00 00 00 00 00
  00 00 00 00 00 00 00 00`);

describe('records of the documents', () => {
  const layout = { width: 72, userIdBytes: 9, encoding: 'utf-8' } as const;

  it('the write of a user, whole with its frame', () => {
    const [written] = payloadsOf(NUEVO);
    expect(written).toMatchObject({ command: 8, session: 0x8a9d, replyId: 0x5c });
    expect(terminalReads(NUEVO.subarray(8))).toMatchObject({ command: 8 });
    const wanted = {
      uid: 14,
      privilege: 6,
      password: '123456',
      name: 'Nuevo',
      card: 6543,
      userId: '11224488',
    };
    expect(decodeUser(written!.data, 72, 'utf-8')).toMatchObject({ ...wanted, disabled: false });
    expect(decodeRecord(written!.data, layout)).toMatchObject({ ...wanted, group: 1 });
  });

  it('a user with junk behind the password and time zones of his own keeps both when his name changes', () => {
    expect(decodeUser(NED, 72, 'utf-8')).toMatchObject({
      uid: 13,
      privilege: 0,
      password: '444',
      name: 'Ned',
      card: 0xde,
      userId: '555',
    });
    const renamed = patchUser(NED, 72, { name: 'Ted' }, 'utf-8');
    const expected = Buffer.from(NED);
    expected.write('T', 11);
    expect(renamed).toEqual(expected);
  });

  it('a punch: who, how, and when', () => {
    const punch = hex(`
      0D 00 39 39 39 31 31 31 33 33 33 00 00 00 00 00
      00 00 00 00 00 00 00 00 00 00 01 6B B3 68 23 00
      00 00 00 00 FF 00 00 00`);
    const time = '2018-06-25T17:50:35';
    expect(formatTime(decodeTime(0x2368b36b)!)).toBe(time);
    expect(decodeAttendance(punch, 1)).toMatchObject({
      width: 40,
      records: [{ uid: 13, userId: '999111333', status: 1, time, punch: 0 }],
    });
    const ours = encodePunch(
      { uid: 13, userId: '999111333', verify: 1, state: 0, packedTime: 0x2368b36b },
      40,
    );
    // Behind the state lie bytes that nobody has a meaning for.
    expect(ours.subarray(0, 32)).toEqual(punch.subarray(0, 32));
  });

  it('the head of a template: 0x04C4 bytes, uid 14, finger 4, valid', () => {
    const head = hex('C4 04 0E 00 04 01 4D FD 53 53 32 31 00 00 04 BE BE 04 08 05 07 09 CE D0');
    const [template] = decodeTemplates(Buffer.concat([head, Buffer.alloc(0x04c4 - head.length)]));
    expect(template).toMatchObject({ uid: 14, finger: 4, flag: 1 });
    expect(template!.template).toHaveLength(0x04c4 - 6);
  });
});

describe('conversations of the documents', () => {
  let wire: PlayedWire;
  afterEach(() => wire.stop());

  const SESSION = 17_871;
  const frame = (command: number, replyId: number, data = hex('')) =>
    encodeFrame(encodePayload({ command, session: SESSION, replyId, data }));
  const open = (commKey = 0) =>
    Conversation.open({ host: '127.0.0.1', port: wire.port, transport: 'tcp', commKey, timeoutMs: 2000 });
  const asked = (index: number) => payloadsOf(wire.heard[index]!)[0]!;

  it('a large set: its size twice, "ready", prepare, data, acknowledged under one reply number, freed [P]', async () => {
    const set = Buffer.concat([u32(72), NED]);
    wire = await playedWire([
      frame(2000, 0),
      frame(2000, 1, Buffer.concat([hex('00'), u32(set.length, set.length), hex('12 34 56 78')])),
      Buffer.concat([
        frame(1500, 2, Buffer.concat([u32(set.length), hex('00 10 00 00')])),
        frame(1501, 2, set),
        frame(2000, 2),
      ]),
      frame(2000, 3),
    ]);
    const conversation = await open();
    const read = await readSet(conversation, 'users');
    conversation.destroy();
    expect(decodeUser(read, 72, 'utf-8').name).toBe('Ned');
    expect(wire.heard[0]).toEqual(hex('50 50 82 7d 08 00 00 00 e8 03 17 fc 00 00 00 00'));
    expect(asked(1)).toMatchObject({ command: 1503, session: SESSION, replyId: 1 });
    expect(asked(1).data).toEqual(hex('01 09 00 05 00 00 00 00 00 00 00'));
    expect(asked(2)).toMatchObject({ command: 1504, replyId: 2 });
    expect(asked(2).data).toEqual(u32(0, set.length));
    expect(asked(3)).toMatchObject({ command: 1502, replyId: 3 });
  });

  it.each([
    ['users', '01 09 00 05 00 00 00 00 00 00 00'],
    ['templates', '01 07 00 02 00 00 00 00 00 00 00'],
    ['attendance', '01 0d 00 00 00 00 00 00 00 00 00'],
    ['oplog', '01 22 00 00 00 00 00 00 00 00 00'],
  ] as const)('a small set of %s comes in one frame [P]', async (name, request) => {
    wire = await playedWire([
      frame(2000, 0),
      frame(1501, 1, Buffer.concat([u32(16), Buffer.alloc(16, 7)])),
      frame(2000, 2),
    ]);
    const conversation = await open();
    expect(await readSet(conversation, name)).toEqual(Buffer.alloc(16, 7));
    conversation.destroy();
    expect(asked(1).data).toEqual(hex(request));
  });

  it('a key is asked for and given: key 12 in session 17871 is 61 4d 32 3c [C]', async () => {
    wire = await playedWire([frame(2005, 0), frame(2000, 1)]);
    const conversation = await open(12);
    expect(conversation.askedForKey).toBe(true);
    conversation.destroy();
    expect(asked(1)).toMatchObject({ command: 1102, session: SESSION, replyId: 1 });
    expect(asked(1).data).toEqual(hex('61 4d 32 3c'));
  });

  it('an event is acknowledged under its own reply number 0, in the session of the connection [P]', async () => {
    wire = await playedWire([
      frame(2000, 0),
      Buffer.concat([hex('50 50 82 7D 09 00 00 00 F4 01 A7 FC 00 01 00 00 64'), frame(2000, 1)]),
    ]);
    const conversation = await open();
    const events: number[] = [];
    conversation.onEvent(({ code }) => events.push(code));
    await conversation.request({ command: 1013, asked: 'refresh' });
    await expect.poll(() => wire.heard.length).toBe(3);
    conversation.destroy();
    expect(events).toEqual([256]);
    expect(asked(2)).toEqual({ command: 2000, session: SESSION, replyId: 0, data: hex('') });
  });
});
