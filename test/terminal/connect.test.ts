// Opening a conversation, with bytes typed by hand.
import { expect, test } from 'vitest';
import { scrambledKey } from './comm-key.ts';
import { hex, RawClient } from './raw-client.ts';
import { startTerminal } from './terminal.ts';
import { workbench } from './workbench.ts';

const { start, dial } = workbench();

/** 1000, session 0, reply id 0, checksum fc17. */
const CONNECT = hex('50 50 82 7d 08 00 00 00 e8 03 17 fc 00 00 00 00');

test('the documented connect bytes are answered with 2000, a session and reply id 0', async () => {
  const client = await dial(await start());
  client.sendBytes(CONNECT);
  const opened = await client.next();
  expect(opened).toMatchObject({ command: 2000, replyId: 0 });
  expect(opened.session).toBeGreaterThan(0);
});

test('a request that comes byte by byte, and two that come in one piece, are all answered', async () => {
  const client = await dial(await start());
  for (const byte of CONNECT) client.sendBytes(Buffer.from([byte]));
  expect((await client.next()).command).toBe(2000);
  client.sendBytes(Buffer.concat([CONNECT, CONNECT]));
  expect([(await client.next()).command, (await client.next()).command]).toEqual([2000, 2000]);
});

test('a wrong checksum is dropped in silence and noted', async () => {
  const terminal = await start();
  const client = await dial(terminal);
  const bad = Buffer.from(CONNECT);
  bad[10] = 0x18;
  client.sendBytes(bad);
  client.sendBytes(CONNECT);
  await client.next();
  expect(terminal.log).toHaveLength(1);
  expect(terminal.violations).toEqual([expect.stringContaining('wrong checksum')]);
});

test('the comm key 12 in session 17871 is scrambled to the documented bytes', () => {
  expect(scrambledKey(12, 17_871, 50)).toEqual(hex('61 4d 32 3c'));
});

test('a terminal with a comm key answers 2005 until the right key comes', async () => {
  const client = await dial(await start({ commKey: 12 }));
  expect((await client.open()).command).toBe(2005);
  expect((await client.ask(50)).command).toBe(2005);
  expect((await client.ask(1102, scrambledKey(13, client.session, 50))).command).toBe(2005);
  expect((await client.ask(1102, scrambledKey(12, client.session, 77))).command).toBe(2000);
  expect((await client.ask(50)).command).toBe(2000);
});

test('even key 0 may be asked for', async () => {
  const client = await dial(await start({ alwaysAskKey: true }));
  expect((await client.open()).command).toBe(2005);
  expect((await client.ask(1102, scrambledKey(0, client.session, 50))).command).toBe(2000);
});

test('nothing is answered before the connect but a refusal', async () => {
  const client = await dial(await start());
  expect((await client.ask(50)).command).toBe(65_532);
});

test('an unknown command is 65535', async () => {
  const client = await dial(await start());
  await client.open();
  expect((await client.ask(4711)).command).toBe(65_535);
});

test('1001 is answered and the line closed', async () => {
  const terminal = await start();
  const client = await dial(terminal);
  await client.open();
  expect((await client.ask(1001)).command).toBe(2000);
  await client.closed();
  await terminal.until(() => terminal.connections() === 0);
  expect(terminal.violations).toEqual([]);
});

test.each(['close', 'silent'] as const)(
  'a second client is refused by %s while one is served',
  async (oneClient) => {
    const terminal = await start({ oneClient });
    const first = await dial(terminal);
    await first.open();
    const second = await dial(terminal);
    second.sendBytes(CONNECT);
    if (oneClient === 'close') await second.closed();
    expect((await first.ask(50)).command).toBe(2000);
    expect(second.received).toBe(0);
    first.destroy();
    await terminal.until(() => terminal.connections() === 0);
    expect((await (await dial(terminal)).open()).command).toBe(2000);
  },
);

test('bytes that are no frame end the conversation', async () => {
  const terminal = await start();
  const client = await dial(terminal);
  client.sendBytes(hex('00 11 22 33 44 55 66 77'));
  await client.closed();
  expect(terminal.violations).toEqual([expect.stringContaining('not a frame')]);
});

test('reply ids, sessions and acknowledgements that no careful client sends are noted', async () => {
  const terminal = await start();
  const client = await dial(terminal);
  await client.open();
  client.acknowledge();
  client.replyId += 5;
  await client.ask(50);
  client.session ^= 1;
  await client.ask(50);
  expect(terminal.violations).toEqual([
    expect.stringContaining('2000 without an event'),
    expect.stringContaining('reply id 6 in 50, not 1'),
    expect.stringMatching(/session \d+ in 50/),
  ]);
});

test('stop closes every client and frees the port', async () => {
  const terminal = await startTerminal();
  const client = await RawClient.connect(terminal.port);
  await terminal.stop();
  await client.closed();
  const again = await startTerminal({ port: terminal.port });
  await again.stop();
});

test('options that make no sense are refused', async () => {
  await expect(startTerminal({ width: 71 as 72 })).rejects.toThrow(/width/);
});
