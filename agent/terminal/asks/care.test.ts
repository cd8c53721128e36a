import { afterEach, describe, expect, it } from 'vitest';
import type { TerminalSettings } from '../../../test/terminal/terminal.ts';
import { skewOf } from '../session/zone.ts';
import { type Bench, startBench } from '../testing/bench.ts';
import { asks } from './table.ts';

let bench: Bench;
afterEach(() => bench.stop());

const context = (signal = AbortSignal.timeout(8000)) => ({
  terminal: bench.terminal,
  signal,
  progress: () => undefined,
  now: Date.now,
});
const ping = () => asks['device.ping']({}, context());
const info = () => asks['device.info']({}, context());
const syncTime = () => asks['device.sync_time']({}, context());

/** Terminals as the field has them. */
const KINDS: [TerminalSettings, string][] = [
  [{}, ''],
  [{ transport: 'udp', width: 28 }, ''],
  [{ commKey: 12 }, 'comm_key: 12'],
  [{ split: { min: 1, max: 7 }, eventsBetween: true }, ''],
  [{ join: true, eventsBetween: true }, ''],
  [{ counters: 'none' }, ''],
];

describe.each(KINDS)('on a terminal with %j', (settings, device) => {
  it('ping, info and sync-time answer, and never disable it', async () => {
    bench = await startBench({ users: 3, attendance: 5, templates: 2, ...settings }, device);
    const { data } = await ping();
    expect(data.ip).toBe('127.0.0.1');
    expect(data.device_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
    const counted = settings.counters !== 'none';
    expect((await info()).data).toMatchObject({
      serialnumber: 'SIM0000000001',
      device_name: 'Simulado',
      platform: 'ZLM60_TFT',
      firmware_version: 'Ver 6.60 Apr 28 2017',
      users_count: 3,
      fingers_count: counted ? 2 : null,
      records_count: counted ? 5 : null,
      users_capacity: counted ? 30_000 : null,
    });
    await syncTime();
    expect(bench.simulated.disabledStretches).toEqual([]);
  });
});

describe('sync-time', () => {
  it.each(['America/La_Paz', 'Asia/Kathmandu', 'Europe/Madrid'])(
    'sets the clock to now in %s and reads it back',
    async (zone) => {
      bench = await startBench({ clockOffset: -400 * 86_400 }, `timezone: ${zone}`);
      const { data, verified } = await syncTime();
      expect(verified).toBe('readback');
      expect(Math.abs(skewOf(data.device_time, zone, Date.now()))).toBeLessThan(2000);
      expect(Math.abs(skewOf(bench.simulated.state.clock.now(), zone, Date.now()))).toBeLessThan(2000);
    },
  );

  it("sets the cloud's time where the machine's own clock is wrong", async () => {
    bench = await startBench({}, 'timezone: UTC');
    const now = () => Date.now() - 600_000;
    const { data } = await asks['device.sync_time']({}, { ...context(), now });
    expect(Math.abs(skewOf(data.device_time, 'UTC', now()))).toBeLessThan(2000);
  });

  it('does not say that it is set where the terminal keeps another time', async () => {
    bench = await startBench({ packedClock: 800_000_000 });
    await expect(syncTime()).rejects.toMatchObject({ code: 'not_verified' });
  });

  it.each([
    ['hangs up', { kind: 'cut', command: 1000 }],
    ['refuses the connection', { kind: 'refuse', command: 1000, reply: 6001 }],
  ] as const)('does not say that nothing was set where the terminal sets it, then %s', async (_, fault) => {
    bench = await startBench();
    await bench.terminal.roster();
    bench.simulated.faults.add({ kind: 'cut', command: 202, when: 'after-effect', times: 1 });
    bench.simulated.faults.add(fault);
    await expect(syncTime()).rejects.toMatchObject({ code: 'outcome_unknown', applied: 'unknown' });
  });

  it('names the refusal of a terminal whose clock cannot be set', async () => {
    bench = await startBench();
    bench.simulated.faults.add({ kind: 'refuse', command: 202, reply: 2001 });
    await expect(syncTime()).rejects.toMatchObject({ code: 'device_refused', applied: 'no' });
  });

  it('sets it once more when the line breaks, and does not claim to know when it breaks again', async () => {
    bench = await startBench({ clockOffset: 3600 });
    bench.simulated.faults.add({ kind: 'cut', when: 'after-effect', command: 202, times: 1 });
    expect((await syncTime()).verified).toBe('readback');
    bench.simulated.faults.add({ kind: 'cut', when: 'after-effect', command: 202 });
    await expect(syncTime()).rejects.toMatchObject({ code: 'outcome_unknown', applied: 'unknown' });
  });
});

describe('info', () => {
  it('leaves empty what the terminal does not have', async () => {
    bench = await startBench();
    bench.simulated.state.settings.delete('~DeviceName');
    bench.simulated.faults.add({ kind: 'refuse', command: 1100, reply: 2001 });
    expect((await info()).data).toMatchObject({ device_name: '', firmware_version: '' });
  });

  it('shows an impossible date as no time', async () => {
    bench = await startBench({ packedClock: (2 * 31 - 2) * 86_400 });
    expect((await ping()).data.device_time).toBe('');
    expect((await info()).data.device_time).toBe('');
  });

  it('answers without its names if the terminal is silent to options', async () => {
    bench = await startBench({ users: 1 }, '', 200);
    bench.simulated.faults.add({ kind: 'drop', command: 11 });
    expect((await info()).data).toMatchObject({ serialnumber: '', users_count: 1 });
  });
});
