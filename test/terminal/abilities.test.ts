// The rest of what a terminal can be asked: options, clock, punches, templates, live events.
import { expect, test } from 'vitest';
import { hex, u32 } from './raw-client.ts';
import { workbench } from './workbench.ts';

const { start, connect } = workbench();
const text = (value: string) => Buffer.from(`${value}\0`);
const bulk = (command: string, fct: string) => hex(`01 ${command} 00 ${fct} 00 00 00 00 00 00 00`);

const THIRTIETH_OF_FEBRUARY = ((26 * 12 + 1) * 31 + 29) * 86_400;

test('options and firmware answer as C strings; a missing option is refused', async () => {
  const client = await connect(await start({ serialNumber: 'ABC1', firmware: 'Ver 9', pin2Width: 14 }));
  expect((await client.ask(11, text('~SerialNumber'))).data).toEqual(text('~SerialNumber=ABC1'));
  expect((await client.ask(11, text('~PIN2Width'))).data).toEqual(text('~PIN2Width=14'));
  expect((await client.ask(11, text('~IsABCPinEnable'))).command).toBe(2001);
  expect((await client.ask(1100)).data).toEqual(text('Ver 9'));
  expect((await client.ask(12, text('SDKBuild=1'))).command).toBe(2000);
  expect((await client.ask(11, text('SDKBuild'))).data).toEqual(text('SDKBuild=1'));
});

test('a terminal with letters says so', async () => {
  const client = await connect(await start({ letters: true }));
  expect((await client.ask(11, text('~IsABCPinEnable'))).data).toEqual(text('~IsABCPinEnable=1'));
});

test('the clock is set and read in packed seconds', async () => {
  const terminal = await start();
  const client = await connect(terminal);
  const packed = (((26 * 12 + 1) * 31 + 27) * 24 + 13) * 3600 + 5 * 60 + 9;
  expect((await client.ask(202, u32(packed))).command).toBe(2000);
  expect((await client.ask(201)).data.readUInt32LE() - packed).toBeOneOf([0, 1]);
  expect(terminal.state.clock.now()).toMatch(/^2026-02-28T13:05:(09|10)$/);
  for (const wrong of [THIRTIETH_OF_FEBRUARY, 0xffffffff]) {
    expect((await client.ask(202, u32(wrong))).command).toBe(65_531);
  }
});

test('a terminal may hold an impossible date', async () => {
  const client = await connect(await start({ packedClock: THIRTIETH_OF_FEBRUARY }));
  expect((await client.ask(201)).data).toEqual(u32(THIRTIETH_OF_FEBRUARY));
});

const PACKED = ((25 * 12 + 4) * 31 + 5) * 86_400 + 3661;
const TIME = u32(PACKED).toString('hex');

test.each([
  [8, `0300 01 ${TIME} 04`],
  ['8b', `0300 41 00 ${TIME}`],
  [16, `4d000000 ${TIME} 01 04 0000 00000000`],
  [40, `0300 3737 ${'00'.repeat(22)} 01 ${TIME} 04 ${'00'.repeat(8)}`],
  [49, `0300 3737 ${'00'.repeat(22)} 01 ${TIME} 04 ${'00'.repeat(17)}`],
] as const)('a punch in %s bytes stands at the documented offsets', async (attendanceWidth, bytes) => {
  const terminal = await start({
    attendanceWidth,
    users: [{ uid: 3, userId: '77' }],
    attendance: [{ userId: '77', time: '2025-05-06T01:01:01', verify: 1, state: 4 }],
  });
  const { data } = await (await connect(terminal)).ask(1503, bulk('0d', '00'));
  const record = hex(bytes);
  expect(data).toEqual(Buffer.concat([u32(record.length), record]));
});

test('seeded punches are possible dates in order; given ones may be impossible', async () => {
  const many = await start({ users: 5, attendance: 1000 });
  const days = many.attendance().map((punch) => punch.time?.slice(0, 10) ?? 'none');
  expect(days).not.toContain('none');
  expect(days).toEqual([...days].sort());
  const odd = await start({ attendance: [{ userId: '9', time: THIRTIETH_OF_FEBRUARY }] });
  expect(odd.attendance()).toMatchObject([{ userId: '9', uid: 0, time: null }]);
});

test('templates are listed in bulk and read one at a time', async () => {
  const template = hex('aa bb cc');
  const terminal = await start({
    users: [{ uid: 3, userId: '77' }],
    templates: [{ userId: '77', finger: 6, flag: 3, template }],
  });
  const client = await connect(terminal);
  expect((await client.ask(1503, bulk('07', '02'))).data).toEqual(
    hex('09 00 00 00 09 00 03 00 06 03 aa bb cc'),
  );
  expect((await client.ask(88, hex('03 00 06'))).data).toEqual(hex('aa bb cc 01'));
  expect((await client.ask(9, hex('03 00 06'))).data).toEqual(template);
  expect((await client.ask(88, hex('03 00 07'))).command).toBe(2001);
  expect((await client.ask(9, hex('05'))).command).toBe(65_533);
  expect(terminal.violations).toEqual([expect.stringContaining('bare 9')]);
});

test('a template is uploaded into an empty slot of a user who is there', async () => {
  const terminal = await start({ users: [{ uid: 3, userId: '77' }] });
  const client = await connect(terminal);
  await client.ask(1003);
  const upload = async (target: string) => {
    await client.ask(1500, u32(3));
    await client.ask(1501, hex('aa bb cc'));
    expect((await client.ask(119)).command).toBe(2000);
    const { command } = await client.ask(87, hex(target));
    await client.ask(1502);
    return command;
  };
  expect(await upload('03 00 06 01 03 00')).toBe(2000);
  expect(await upload('03 00 06 01 03 00')).toBe(2001);
  expect(await upload('04 00 06 01 03 00')).toBe(2001);
  expect(terminal.templates()).toEqual([{ uid: 3, finger: 6, flag: 1, template: hex('aa bb cc') }]);
});

test('134 deletes one finger by user_id; 19 may take them all', async () => {
  const fingers = [1, 2, 3].map((finger) => ({ userId: '77', finger }));
  const terminal = await start({ users: [{ uid: 3, userId: '77' }], templates: fingers });
  const client = await connect(terminal);
  await client.ask(1003);
  const wish = Buffer.concat([Buffer.from('77'), Buffer.alloc(22), hex('02')]);
  expect((await client.ask(134, wish)).command).toBe(2000);
  expect((await client.ask(134, wish)).command).toBe(2001);
  expect(terminal.templates().map((each) => each.finger)).toEqual([1, 3]);
  expect((await client.ask(19, hex('03 00 01'))).command).toBe(2000);
  expect(terminal.templates()).toEqual([]);
});

test('28-byte terminals delete one finger by 19 and know no 134', async () => {
  const fingers = [1, 2].map((finger) => ({ userId: '77', finger }));
  const terminal = await start({ width: 28, users: [{ uid: 3, userId: '77' }], templates: fingers });
  const client = await connect(terminal);
  await client.ask(1003);
  expect((await client.ask(134, Buffer.alloc(25))).command).toBe(65_535);
  await client.ask(19, hex('03 00 01'));
  expect(terminal.templates().map((each) => each.finger)).toEqual([2]);
});

test.each([
  [10, 2],
  [14, 2],
  [12, 4],
  [32, 24],
  [36, 24],
  [37, 24],
  [52, 24],
] as const)('a live event of %i bytes holds a user_id of %i', async (liveEventBytes, idBytes) => {
  const terminal = await start({ liveEventBytes, users: [{ userId: '77' }] });
  const client = await connect(terminal);
  await client.ask(500, u32(1));
  terminal.punch('77', { time: '2026-01-02T03:04:05', verify: 15, state: 4 });
  const { command, session, replyId, data } = await client.next();
  expect([command, session, replyId, data.length]).toEqual([500, 1, 0, liveEventBytes]);
  const id =
    idBytes === 24 ? data.toString('latin1', 0, 24).replace(/\0/g, '') : String(data.readUIntLE(0, idBytes));
  expect(id).toBe('77');
  expect([...data.subarray(idBytes, idBytes + 8)]).toEqual([15, 4, 26, 1, 2, 3, 4, 5]);
  expect(terminal.counters().records).toBe(1);
});

test('several punches may come in one frame, and to nobody who did not register', async () => {
  const terminal = await start({ users: [{ userId: '1' }, { userId: '2' }] });
  const [listening, deaf] = [await connect(terminal), await connect(terminal)];
  await listening.ask(500, u32(1));
  terminal.punch(['1', '2']);
  expect((await listening.next()).data).toHaveLength(64);
  expect((await deaf.ask(50)).command).toBe(2000);
});
