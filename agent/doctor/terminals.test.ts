import { afterEach, describe, expect, it } from 'vitest';
import { startTerminal, type TerminalSettings } from '../../test/terminal/terminal.ts';
import { parseConfig } from '../config/load.ts';
import type { DeviceSettings } from '../devices/settings.ts';
import { examineTerminal } from './terminals.ts';
import { said } from './testing/said.ts';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

describe('a terminal', () => {
  const deviceAt = (port: number, more = ''): DeviceSettings => {
    const line = `site: s\ndevices: [{id: principal, host: 127.0.0.1, port: ${port}, timeout: 1, ${more}}]\n`;
    return { ...parseConfig(line, 'agent.yaml', {}).devices[0]!, timeoutMs: 300 };
  };
  const begin = async (settings: TerminalSettings = {}) => {
    const simulated = await startTerminal({ users: 3, ...settings });
    releases.push(() => simulated.stop());
    return simulated;
  };

  it('that is well is told with what it is and holds, and left as it was', async () => {
    const simulated = await begin({ commKey: 7 });
    const findings = await examineTerminal(deviceAt(simulated.port, 'comm_key: 7'));
    expect(said(findings)).toEqual([expect.stringMatching(/^ok: .*Simulado.*SIM0000000001.*; 3 users/)]);
    await simulated.until((it) => it.connections() === 0);
    expect(simulated.disabledStretches).toEqual([]);
    expect(simulated.violations).toEqual([]);
  });

  it('whose clock is off by whole or half hours is in another time zone: its clock is not to be set', async () => {
    const simulated = await begin({ clockOffset: -2.5 * 3600 });
    const [, off] = await examineTerminal(deviceAt(simulated.port));
    expect(off).toMatchObject({
      verdict: 'warning',
      found: expect.stringContaining('2.5 hours behind'),
      next: expect.stringMatching(/^Set 'timezone' of 'principal' in agent.yaml.*leave the clock as it is/),
    });
    expect(off?.next).not.toContain('sync-time');
  });

  it('is compared with the cloud where the clock of this machine is wrong', async () => {
    const simulated = await begin();
    const device = deviceAt(simulated.port);
    expect(await examineTerminal(device, { now: Date.now() })).toHaveLength(1);
    expect((await examineTerminal(device, { now: Date.now() - 600_000 }))[1]?.found).toMatch(
      /(599|600) s ahead/,
    );
  });

  it('whose clock is off is a warning with the call that sets it', async () => {
    const simulated = await begin({ clockOffset: 7 * 86_400 + 700 });
    const findings = await examineTerminal(deviceAt(simulated.port));
    expect(findings[1]).toMatchObject({ verdict: 'warning', next: 'POST /devices/principal/sync-time' });
  });

  it('that wants another comm key, answers over UDP only, or not at all is a failure with its own next step', async () => {
    const keyed = await begin({ commKey: 7 });
    const [refused] = await examineTerminal(deviceAt(keyed.port, 'comm_key: 8'));
    expect(refused).toMatchObject({
      verdict: 'failure',
      found: expect.stringContaining('refuses the comm key'),
    });
    const udp = await begin({ transport: 'udp' });
    const [other] = await examineTerminal(deviceAt(udp.port));
    expect(other).toMatchObject({ verdict: 'failure', next: 'Set transport: udp.' });
    await keyed.stop();
    const [gone] = await examineTerminal(deviceAt(keyed.port));
    expect(gone).toMatchObject({
      verdict: 'failure',
      found: expect.stringContaining('does not serve that port'),
      next: expect.stringContaining('sereno-agent discover'),
    });
  });

  it.each([
    ['refuses the connection', { kind: 'refuse', reply: 6001 }, /connect \(1000\).*6001/, /Restart it/],
    ['hangs up', { kind: 'silent-close' }, /accepts the connection and hangs up/, /another program/],
    ['is silent', { kind: 'drop' }, /does not answer/, /power, cable and address/],
  ] as const)('that %s is told so, with what to do about it', async (_, fault, found, next) => {
    const simulated = await begin();
    simulated.faults.add({ ...fault, command: 1000 });
    const [finding] = await examineTerminal(deviceAt(simulated.port));
    expect(finding).toMatchObject({
      verdict: 'failure',
      found: expect.stringMatching(found),
      next: expect.stringMatching(next),
    });
  });

  it('that the running agent is talking to is not called broken', async () => {
    const { id, name, host, port, timezone } = deviceAt(1);
    const device = { id, name, host, port, timezone, source: 'file' } as const;
    const [busy] = await examineTerminal(deviceAt(1), {
      seen: { ...device, reachable: true, lastSeen: Date.now() },
    });
    expect(busy).toMatchObject({
      verdict: 'warning',
      found: expect.stringContaining('the agent reached it last'),
    });
  });
});
