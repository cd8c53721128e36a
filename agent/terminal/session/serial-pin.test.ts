// A terminal's serial number is believed when it is told twice alike: one damaged answer says nothing.
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../clock.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { Conversation } from '../../zk/conversation.ts';
import { tcpPeer } from '../../zk/testing/peer.ts';
import { type Pin, UNPINNED } from '../pin.ts';
import { SerialPin } from './serial-pin.ts';

const released: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of released.splice(0).reverse()) await release();
});

/** Checks a terminal that tells these serial numbers, one after the other; `kept` is what was pinned in the end. */
async function check(told: readonly string[], pinned: string | null) {
  const left = [...told];
  const peer = await tcpPeer(({ command }, line) =>
    line.reply(2000, command === 11 ? Buffer.from(`~SerialNumber=${left.shift()}\0`) : undefined),
  );
  const conversation = await Conversation.open({
    host: '127.0.0.1',
    port: peer.port,
    transport: 'tcp',
    commKey: 0,
    timeoutMs: 1000,
  });
  released.push(
    () => peer.close(),
    () => conversation.destroy(),
  );
  let kept: Pin = { ...UNPINNED, serial: pinned };
  const device = { id: 'd', serial: null, configuredHost: null, commKey: 0 } as Partial<DeviceSettings>;
  const memory = {
    read: () => kept,
    write: (next: Pin) => {
      kept = next;
    },
  };
  const pin = new SerialPin(device as DeviceSettings, memory, systemClock);
  const code = await pin.check(conversation).then(
    () => 'ok',
    (error: { code: string }) => error.code,
  );
  return { code, serial: kept.serial, stranger: kept.stranger, left };
}

test('the right number is asked for once', async () => {
  expect(await check(['A1', '?'], 'A1')).toMatchObject({
    code: 'ok',
    serial: 'A1',
    stranger: null,
    left: ['?'],
  });
});

test('a first contact pins what is told twice, and nothing where the answers differ', async () => {
  expect(await check(['A1', 'A1'], null)).toMatchObject({ code: 'ok', serial: 'A1' });
  expect(await check(['A7', 'A1'], null)).toMatchObject({ code: 'protocol', serial: null, stranger: null });
});

test('another number is a stranger when it is told twice, and a damaged answer when the right one follows', async () => {
  expect(await check(['B2', 'B2'], 'A1')).toMatchObject({
    code: 'device_swapped',
    serial: 'A1',
    stranger: 'B2',
  });
  // It may be the right one, and could not show itself once the key is kept back.
  expect(await check(['', ''], 'A1')).toMatchObject({ code: 'device_swapped', serial: 'A1', stranger: null });
  expect(await check(['A7', 'A1'], 'A1')).toMatchObject({ code: 'ok', serial: 'A1', stranger: null });
  expect(await check(['B2', 'B3'], 'A1')).toMatchObject({ code: 'protocol', serial: 'A1', stranger: null });
});
