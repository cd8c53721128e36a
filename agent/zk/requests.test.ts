// The short requests of this folder against a peer: exact bytes out, meaning back.
import { afterEach, describe, expect, test } from 'vitest';
import { disable, enable, refreshData } from './control.ts';
import { Conversation } from './conversation.ts';
import { readCounters } from './counters.ts';
import { cancelEnrol, startEnrol } from './enrolment.ts';
import { ZkError } from './errors.ts';
import { registerEvents } from './live.ts';
import { readFirmware, readOption } from './options.ts';
import type { Payload } from './payload.ts';
import { deleteFinger, readTemplate, uploadTemplate } from './templates.ts';
import { type Line, tcpPeer, udpPeer } from './testing/peer.ts';
import { readTime, writeTime } from './time.ts';
import { deleteUser, newUser, writeUser } from './users.ts';

const released: (() => unknown)[] = [];

afterEach(async () => {
  for (const release of released.splice(0).reverse()) await release();
});

/** A conversation whose terminal answers 2000, or as the test says for a command; `sent` is what it was asked. */
async function talk(
  answers: Partial<Record<number, (line: Line, request: Payload) => void>> = {},
  transport: 'tcp' | 'udp' = 'tcp',
) {
  const sent: string[] = [];
  const handler = (request: Payload, line: Line) => {
    if (request.command !== 1000) sent.push(`${request.command} ${request.data.toString('hex')}`.trim());
    const answer = answers[request.command];
    if (answer === undefined) line.reply(2000);
    else answer(line, request);
  };
  const peer = transport === 'tcp' ? await tcpPeer(handler) : await udpPeer(handler);
  const conversation = await Conversation.open({
    host: '127.0.0.1',
    port: peer.port,
    transport,
    commKey: 0,
    timeoutMs: 1000,
  });
  released.push(
    () => peer.close(),
    () => conversation.destroy(),
  );
  return { conversation, sent };
}

const text = (value: string, bytes: number) =>
  Buffer.from(value.padEnd(bytes, '\0'), 'latin1').toString('hex');

describe('control', () => {
  test('disabling for a time sends the seconds', async () => {
    const { conversation, sent } = await talk();
    expect(await disable(conversation, 25)).toEqual({ timed: true });
    await enable(conversation);
    await refreshData(conversation);
    expect(sent).toEqual(['1003 19000000', '1002', '1013']);
  });

  test('a terminal that refuses the seconds gets the plain form', async () => {
    const { conversation, sent } = await talk({
      1003: (line, { data }) => line.reply(data.length > 0 ? 2001 : 2000),
    });
    expect(await disable(conversation, 25)).toEqual({ timed: false });
    expect(sent).toEqual(['1003 19000000', '1003']);
  });

  test('a terminal that refuses both stays an error', async () => {
    const { conversation } = await talk({ 1003: (line) => line.reply(2001) });
    await expect(disable(conversation, 25)).rejects.toMatchObject({
      code: 'refused',
      asked: 'disable (1003)',
    });
  });
});

describe('users', () => {
  test('writing sends the record as it is', async () => {
    const { conversation, sent } = await talk();
    const record = newUser({ uid: 14, userId: '11224488', name: 'Nuevo' }, 72, 'utf-8');
    await writeUser(conversation, record);
    await deleteUser(conversation, 14);
    expect(sent).toEqual([`8 ${record.toString('hex')}`, '18 0e00']);
  });

  test('a full terminal is a refusal that says so', async () => {
    const { conversation } = await talk({ 8: (line) => line.reply(2001) });
    await expect(writeUser(conversation, Buffer.alloc(72))).rejects.toMatchObject({
      code: 'refused',
      asked: 'write user (8)',
      reply: 2001,
    });
  });
});

describe('what a terminal says of itself', () => {
  test('an option is the part behind the equals sign', async () => {
    const { conversation, sent } = await talk({
      11: (line) => line.reply(2000, Buffer.from('~SerialNumber=A=1 \0junk')),
    });
    expect(await readOption(conversation, '~SerialNumber')).toBe('A=1');
    expect(sent).toEqual([`11 ${Buffer.from('~SerialNumber\0').toString('hex')}`]);
  });

  test.each([2001, 65535, 65533, 65532, 65531])('an option answered with %i is not there', async (code) => {
    const { conversation } = await talk({ 11: (line) => line.reply(code) });
    expect(await readOption(conversation, '~IsABCPinEnable')).toBeNull();
  });

  test('an option that may not be read is an error', async () => {
    const { conversation } = await talk({ 11: (line) => line.reply(2005) });
    await expect(readOption(conversation, '~Platform')).rejects.toMatchObject({
      code: 'refused',
      reply: 2005,
    });
  });

  test('the firmware ends at its NUL', async () => {
    const { conversation } = await talk({ 1100: (line) => line.reply(2000, Buffer.from('Ver 6.60\0\0')) });
    expect(await readFirmware(conversation)).toBe('Ver 6.60');
  });

  test('counters of four zero bytes are none', async () => {
    const { conversation } = await talk({ 50: (line) => line.reply(2000, Buffer.alloc(4)) });
    expect(await readCounters(conversation)).toBeNull();
  });

  test('the time is read and written as the terminal counts it', async () => {
    const { conversation, sent } = await talk({
      201: (line) => line.reply(2000, Buffer.from('5fd7ff31', 'hex')),
    });
    const read = await readTime(conversation);
    expect(read).toMatch(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = String(read)
      .split(/\D/)
      .map(Number);
    await writeTime(conversation, { year, month, day, hour, minute, second });
    expect(sent).toEqual(['201', '202 5fd7ff31']);
  });

  test('a clock with a date that never was has no time', async () => {
    const never = Buffer.alloc(4);
    never.writeUInt32LE((31 + 29) * 86400); // 30 February 2000
    const { conversation } = await talk({ 201: (line) => line.reply(2000, never) });
    expect(await readTime(conversation)).toBeNull();
  });

  test('a clock without bytes is a protocol error', async () => {
    const { conversation } = await talk();
    await expect(readTime(conversation)).rejects.toMatchObject({ code: 'protocol' });
  });
});

describe('templates', () => {
  const template = Buffer.from('4a535332310001020304', 'hex');

  test.each(['', '000000000000'])('one template loses its tail (%j and a byte)', async (zeros) => {
    const data = Buffer.concat([template, Buffer.from(`${zeros}01`, 'hex')]);
    const { conversation, sent } = await talk({ 88: (line) => line.reply(1501, data) });
    expect(await readTemplate(conversation, 300, 6)).toEqual(template);
    expect(sent).toEqual(['88 2c0106']);
  });

  test('an empty slot has no template', async () => {
    const { conversation } = await talk({ 88: (line) => line.reply(2001) });
    expect(await readTemplate(conversation, 1, 0)).toBeNull();
  });

  test('a terminal that does not know 88 is asked with 9, which has no tail', async () => {
    const { conversation, sent } = await talk({
      88: (line) => line.reply(65535),
      9: (line) => {
        line.reply(1500, Buffer.from([template.length, 0, 0, 0]));
        line.reply(1501, template);
        line.reply(2000);
      },
    });
    expect(await readTemplate(conversation, 1, 0)).toEqual(template);
    expect(sent).toEqual(['88 010000', '9 010000']);
  });

  test('uploading prepares, sends, checks, writes and frees', async () => {
    const { conversation, sent } = await talk({ 119: (line) => line.reply(65535) });
    await uploadTemplate(conversation, { uid: 300, finger: 6, flag: 1, template });
    expect(sent).toEqual([
      '1500 0a000000',
      `1501 ${template.toString('hex')}`,
      '119',
      '87 2c0106010a00',
      '1502',
    ]);
  });

  test('over udp a template is sent in pieces that fit a datagram', async () => {
    const { conversation, sent } = await talk({}, 'udp');
    await uploadTemplate(conversation, { uid: 1, finger: 0, flag: 1, template: Buffer.alloc(1500, 7) });
    expect(sent.filter((line) => line.startsWith('1501')).map((line) => (line.length - 5) / 2)).toEqual([
      1024, 476,
    ]);
  });

  test('over tcp a terminal that refuses a large piece gets small ones', async () => {
    const answer = (line: Line, { data }: Payload) => line.reply(data.length > 1024 ? 2001 : 2000);
    const { conversation, sent } = await talk({ 1501: answer });
    await uploadTemplate(conversation, { uid: 1, finger: 0, flag: 1, template: Buffer.alloc(1500, 7) });
    expect(sent.map((line) => [line.split(' ')[0], (line.split(' ')[1] ?? '').length / 2])).toEqual([
      ['1500', 4],
      ['1501', 1500],
      ['1502', 0],
      ['1500', 4],
      ['1501', 1024],
      ['1501', 476],
      ['119', 0],
      ['87', 6],
      ['1502', 0],
    ]);
  });

  test('a taken slot is refused, and the buffer freed all the same', async () => {
    const { conversation, sent } = await talk({ 87: (line) => line.reply(2001) });
    await expect(
      uploadTemplate(conversation, { uid: 1, finger: 0, flag: 1, template }),
    ).rejects.toMatchObject({
      code: 'refused',
      sent: true,
    });
    expect(sent.at(-1)).toBe('1502');
  });

  test('an empty template is never sent', async () => {
    const { conversation, sent } = await talk();
    const nothing = { uid: 1, finger: 0, flag: 1, template: Buffer.alloc(0) };
    await expect(uploadTemplate(conversation, nothing)).rejects.toBeInstanceOf(ZkError);
    expect(sent).toEqual([]);
  });

  test('one finger is deleted by user_id on wide records and by uid on narrow ones', async () => {
    const { conversation, sent } = await talk();
    const slot = { uid: 300, userId: '4711', finger: 3 };
    await deleteFinger(conversation, { ...slot, width: 72 });
    await deleteFinger(conversation, { ...slot, width: 28 });
    expect(sent).toEqual([`134 ${text('4711', 24)}03`, '19 2c0103']);
  });
});

describe('enrolment', () => {
  test('starts with 62, 61 and 60, whether or not something was going on', async () => {
    const { conversation, sent } = await talk({
      62: (line) => line.reply(2001),
      60: (line) => line.reply(65535),
    });
    await startEnrol(conversation, { userId: '4711', finger: 2 });
    expect(sent).toEqual(['62', `61 ${text('4711', 24)}0201`, '60']);
  });

  test('over udp the user_id is a number', async () => {
    const { conversation, sent } = await talk({}, 'udp');
    await startEnrol(conversation, { userId: '4711', finger: 2 });
    await cancelEnrol(conversation);
    expect(sent).toEqual(['62', '61 6712000002', '60', '62']);
  });

  test('a refused 61 is the error', async () => {
    const { conversation } = await talk({ 61: (line) => line.reply(2001) });
    await expect(startEnrol(conversation, { userId: '1', finger: 0 })).rejects.toMatchObject({
      code: 'refused',
      asked: 'start enrol (61)',
    });
  });
});

test('live events are asked for by their mask', async () => {
  const { conversation, sent } = await talk();
  await registerEvents(conversation);
  await registerEvents(conversation, 0xffff);
  expect(sent).toEqual(['500 01000000', '500 ffff0000']);
});
