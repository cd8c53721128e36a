import { expect, test } from 'vitest';
import { type Hello, helloSchema } from '../shared/wire/envelope.ts';
import { helloBytes } from './hello.ts';

const helloOf = (count: number): Hello => ({
  v: 1,
  session: 's',
  agentVersion: '1',
  at: 1,
  clockOffsetMs: 0,
  journalDepth: 0,
  devices: Array.from({ length: count }, (_, index) => ({
    id: `terminal-${index}`,
    name: `Terminal ${index}`,
    host: `10.0.${index >> 8}.${index & 255}`,
    port: 4370,
    source: 'file',
    timezone: 'America/La_Paz',
    reachable: false,
    lastSeen: null,
    state: 'offline',
    since: 1_795_000_000_000,
    punches: { mode: 'polled', history: { done: 100_000, total: 100_000 } },
    reason: {
      code: 'device_unreachable',
      params: { address: `10.0.${index >> 8}.${index & 255}:4370`, device: `terminal-${index}` },
    },
  })),
});

test('a hello of the most terminals that there may be fits into a message of the broker, with every state', () => {
  const bytes = helloBytes(helloOf(500));
  expect(bytes.length).toBeLessThanOrEqual(128_000);
  const { devices } = helloSchema.parse(JSON.parse(bytes.toString()));
  expect(devices).toHaveLength(500);
  expect(devices.every(({ state, reason }) => state === 'offline' && reason === undefined)).toBe(true);
});

test('a hello of a common branch tells why, and how far its punches are taken', () => {
  const { devices } = helloSchema.parse(JSON.parse(helloBytes(helloOf(50)).toString()));
  expect(devices.every(({ punches }) => punches?.history.total === 100_000)).toBe(true);
  expect(devices.every(({ reason }) => reason?.code === 'device_unreachable')).toBe(true);
});

test('a hello that is too large for the broker all the same leaves out who is kept where', () => {
  const ids = Array.from({ length: 500 }, (_, index) => `terminal-${index}`.padEnd(64, 'x'));
  const at = { count: 10_000, digest: '0123456789abcdef' };
  const wanted = {
    store: '6f0d0f6e-4f0c-4a58-9d4c-0d6c1f9b7e11',
    devices: Object.fromEntries(ids.map((id) => [id, at])),
  };
  const heard = (count: number) =>
    helloSchema.parse(JSON.parse(helloBytes({ ...helloOf(count), wanted }).toString()));
  expect(heard(100).wanted).toEqual(wanted);
  expect(heard(500).wanted).toBeUndefined();
  expect(helloBytes({ ...helloOf(500), wanted }).length).toBeLessThanOrEqual(128_000);
});
