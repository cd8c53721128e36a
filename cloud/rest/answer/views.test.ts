import { describe, expect, it } from 'vitest';
import { branchOf } from '../../directory/fleet.ts';
import type { DeviceRow, SiteRow } from '../../directory/rows.ts';
import { deviceView, siteView } from './views.ts';

const MINUTE = 60_000;
const site: SiteRow = {
  site: 'casa',
  name: 'Casa',
  connected: true,
  lastHello: 1000,
  since: 500,
  createdAt: 1,
};
const device: DeviceRow = {
  id: 'a',
  site: 'casa',
  name: 'A',
  host: '10.0.0.1',
  port: 4370,
  source: 'file',
  timezone: 'America/La_Paz',
  reachable: true,
  lastSeen: 900,
  state: 'online',
  since: 800,
  reason: null,
  serial: 'A1',
  createdAt: 1,
  updatedAt: 1,
};
const iso = (epochMs: number) => new Date(epochMs).toISOString();

describe('a terminal as the API shows it', () => {
  it('has its state, since when, its serial number and its time zone', () => {
    expect(deviceView(device, site, 'es')).toEqual({
      id: 'a',
      name: 'A',
      ip: '10.0.0.1',
      port: 4370,
      site: 'casa',
      source: 'file',
      serial: 'A1',
      timezone: 'America/La_Paz',
      online: true,
      state: 'online',
      since: iso(800),
      last_seen: iso(900),
      created_at: iso(1),
    });
  });

  it('tells which serial number another terminal in its place shows, if that is one that can be accepted', () => {
    const found = (serial: string, state: DeviceRow['state'] = 'swapped') => {
      const reason = { code: 'device_swapped', params: { device: 'a', serial, expected: 'A1' } };
      return deviceView({ ...device, state, reason }, site, 'es').serial_found;
    };
    expect([found('B2'), found('-'), found('B2', 'refused'), found('é')]).toEqual([
      'B2',
      '-',
      undefined,
      undefined,
    ]);
  });

  it('tells why in the language of the caller, phrases within the sentence too', () => {
    const reason = {
      code: 'device_busy',
      params: { device: 'a', reason: '@busy_waiting', max: 200 },
    };
    const busy: DeviceRow = { ...device, state: 'busy', reason };
    expect(deviceView(busy, site, 'es')).toMatchObject({
      state: 'busy',
      online: true,
      reason: "El dispositivo 'a' está ocupado: 200 órdenes esperan.",
    });
    expect(deviceView(busy, site, 'en').reason).toBe("The device 'a' is busy: 200 commands are waiting.");
  });

  it('tells words of an agent of another version as its own', () => {
    const reason = { code: 'device_busy', params: { device: 'a', reason: 'somebody naps' } };
    expect(deviceView({ ...device, state: 'busy', reason }, site, 'es').reason).toBe(
      "El dispositivo 'a' está ocupado: el agente dice «somebody naps».",
    );
  });

  it('says nothing of a reason that only a newer agent knows', () => {
    const newer: DeviceRow = { ...device, state: 'refused', reason: { code: 'moonstruck', params: {} } };
    expect(deviceView(newer, site, 'es')).not.toHaveProperty('reason');
  });

  it('is offline while its agent is away, since then and for that reason, whatever was known before', () => {
    const away: SiteRow = { ...site, connected: false, since: 7000 };
    expect(deviceView(device, away, 'en')).toMatchObject({
      online: false,
      state: 'offline',
      since: iso(7000),
      reason: "The agent of site 'casa' is not connected.",
    });
    expect(deviceView(device, null, 'en')).toMatchObject({ state: 'offline', since: null });
  });

  it.each([
    [true, 'online'],
    [false, 'offline'],
    [null, 'unknown'],
  ] as const)('of an older agent, which says only reachable: %s, is %s', (reachable, state) => {
    const older: DeviceRow = { ...device, reachable, state: null, since: null, serial: null };
    expect(deviceView(older, site, 'es')).toMatchObject({ state, since: null, serial: null });
  });
});

describe('a branch as the API shows it', () => {
  it('was seen within the keep-alive while it is connected, and at its last hello when it is not', () => {
    const now = 1000 + 10 * MINUTE;
    const { last_seen } = siteView(branchOf(site, now), now);
    expect(now - Date.parse(last_seen ?? '')).toBe(45_000);
    expect(siteView(branchOf(site, 1500), 1500)).toMatchObject({
      state: 'online',
      since: iso(500),
      last_seen: iso(1000),
    });
    expect(siteView(branchOf({ ...site, connected: false }, now), now)).toMatchObject({
      state: 'offline',
      last_seen: iso(1000),
    });
  });

  it('is unknown before its first hello', () => {
    const { lastHello: _never, since: _nor, ...fresh } = site;
    expect(siteView(branchOf({ ...fresh, connected: false }, 9), 9)).toMatchObject({
      state: 'unknown',
      since: null,
      last_seen: null,
    });
  });
});
