import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTerminal, type TerminalSettings } from '../../test/terminal/terminal.ts';
import { parseConfig } from '../config/load.ts';
import type { DeviceSettings } from '../devices/settings.ts';
import { Journal } from '../journal/journal.ts';
import { AgentBench } from '../testing/agent-bench.ts';
import { examineCertificate } from './certificate.ts';
import { examineCloud } from './cloud.ts';
import { examineData } from './data.ts';
import { exitStatus, type Finding, toTable } from './finding.ts';
import { examineTerminal } from './terminals.ts';
import { certify, mutualServer } from './testing/identity.ts';

const DAY = 86_400_000;
const NOW = Date.now();

let folder: string;
const releases: (() => unknown)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-doctor-'));
});
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
  rmSync(folder, { recursive: true });
});

const answer = (_request: unknown, response: ServerResponse) => void response.end('hello');
const said = (findings: readonly Finding[]) => findings.map(({ verdict, found }) => `${verdict}: ${found}`);

describe('the findings', () => {
  const finding = (verdict: Finding['verdict']): Finding => ({
    subject: verdict,
    verdict,
    found: 'So.',
    next: 'Do.',
  });

  it('make an exit status: the worst of them counts', () => {
    expect(exitStatus([])).toBe(0);
    expect(exitStatus([finding('ok')])).toBe(0);
    expect(exitStatus([finding('ok'), finding('warning')])).toBe(1);
    expect(exitStatus([finding('failure'), finding('warning')])).toBe(2);
  });

  it('make a table with the next step under each line that needs one', () => {
    const table = toTable([{ subject: 'disk', verdict: 'ok', found: 'Room.' }, finding('warning')]);
    expect(table).toBe('✓ disk     Room.\n! warning  So.\n           → Do.\n');
  });
});

describe('the certificate', () => {
  it.each([
    [-10 * DAY, 300 * DAY, 'ok', /^Valid until/],
    [-300 * DAY, 29 * DAY, 'warning', /in 2[89] days/],
    [-300 * DAY, -1, 'failure', /^It ended on/],
    [2 * DAY, 300 * DAY, 'failure', /^It is not valid before/],
  ])('valid from %d to %d ms from now is a matter of %s', async (from, until, verdict, words) => {
    const files = await certify(folder, 'agent', NOW + from, NOW + until);
    const [finding] = examineCertificate({ endpoint: 'e', ...files }, NOW);
    expect(finding).toMatchObject({ verdict, found: expect.stringMatching(words) });
  });

  it("fails with another one's key, without a file, and warns of a key that others can read", async () => {
    const mine = await certify(folder, 'mine', NOW - DAY, NOW + 300 * DAY);
    const other = await certify(folder, 'other', NOW - DAY, NOW + 300 * DAY);
    const cloud = { endpoint: 'e', ...mine };
    expect(said(examineCertificate({ ...cloud, key: other.key }, NOW))[0]).toMatch(
      /^failure.*is not the key/,
    );
    expect(said(examineCertificate({ ...cloud, key: '/nowhere' }, NOW))).toEqual([
      "failure: /nowhere ('cloud.key') is not there.",
    ]);
    writeFileSync(join(folder, 'none.crt'), 'nothing');
    expect(said(examineCertificate({ ...cloud, certificate: join(folder, 'none.crt') }, NOW))[0]).toMatch(
      /^failure.*cannot be used/,
    );
    chmodSync(mine.key, 0o644);
    expect(said(examineCertificate(cloud, NOW))[1]).toMatch(/^warning.*read by others/);
  });
});

describe('the way to the cloud', () => {
  const server = async () => {
    const own = await certify(folder, 'server', NOW - DAY, NOW + DAY);
    const good = await certify(folder, 'good', NOW - DAY, NOW + DAY);
    const { port, stop } = await mutualServer({
      cert: readFileSync(own.certificate),
      key: readFileSync(own.key),
      ca: readFileSync(good.certificate),
    });
    releases.push(stop);
    return { endpoint: `localhost:${port}`, ...good, ca: own.certificate };
  };

  it('is right step by step', async () => {
    const findings = await examineCloud(await server(), 2000);
    expect(findings.map(({ subject, verdict }) => `${subject} ${verdict}`)).toEqual([
      'cloud: name ok',
      'cloud: port ok',
      'cloud: TLS ok',
    ]);
  });

  it('ends at a certificate that the cloud refuses', async () => {
    const cloud = await server();
    const revoked = await certify(folder, 'revoked', NOW - DAY, NOW + DAY);
    const last = (await examineCloud({ ...cloud, ...revoked }, 2000)).at(-1);
    expect(last).toMatchObject({
      verdict: 'failure',
      found: expect.stringContaining('refuses this certificate'),
    });
  });

  it('ends at a server that is not the one that the CA speaks for', async () => {
    const cloud = await server();
    const last = (await examineCloud({ ...cloud, ca: cloud.certificate }, 2000)).at(-1);
    expect(last).toMatchObject({ verdict: 'failure', found: expect.stringContaining('No secure line') });
  });

  it('ends at a CA file that is not there, and says which', async () => {
    const cloud = { ...(await server()), ca: join(folder, 'lost.pem') };
    const last = (await examineCloud(cloud, 2000)).at(-1);
    expect(last).toMatchObject({
      verdict: 'failure',
      found: `${join(folder, 'lost.pem')} ('cloud.ca') is not there.`,
    });
  });

  it.each(['http', 'https'] as const)('ends at a web server in the place of the broker: %s', async (kind) => {
    const own = await certify(folder, 'web', NOW - DAY, NOW + DAY);
    const files = { cert: readFileSync(own.certificate), key: readFileSync(own.key) };
    const web = kind === 'http' ? createHttpServer(answer) : createHttpsServer(files, answer);
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    releases.push(() => web.close());
    const { port } = web.address() as { port: number };
    const cloud = { endpoint: `localhost:${port}`, ...own, ca: own.certificate };
    const last = (await examineCloud(cloud, 2000)).at(-1);
    expect(last).toMatchObject({
      verdict: 'failure',
      found: expect.stringMatching(kind === 'http' ? /speaks plain HTTP/ : /is a web server/),
      next: expect.stringContaining("'cloud.endpoint'"),
    });
  });

  it('ends at a name that does not exist, a port that is shut, and one that says nothing', async () => {
    const files = await certify(folder, 'x', NOW - DAY, NOW + DAY);
    const shut = await examineCloud({ endpoint: '127.0.0.1:1', ...files }, 2000);
    expect(said(shut)).toEqual([expect.stringMatching(/^failure: 127.0.0.1:1 does not answer/)]);
    const none = await examineCloud({ endpoint: 'no.such.host.invalid', ...files }, 5000);
    expect(said(none)).toEqual([expect.stringMatching(/^failure: no.such.host.invalid is not found/)]);
    const mute = createServer((socket) => socket.on('error', () => undefined).resume());
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    releases.push(() => mute.close());
    const { port } = mute.address() as { port: number };
    const last = (await examineCloud({ endpoint: `127.0.0.1:${port}`, ...files }, 300)).at(-1);
    expect(last).toMatchObject({
      verdict: 'failure',
      found: expect.stringContaining('nothing within 0.3 s'),
    });
  });
});

describe('the data folder', () => {
  const config = () => parseConfig(`site: norte\ndata: ${join(folder, 'data')}\n`, 'agent.yaml', {});

  it('may be missing before the first run, and is not made', async () => {
    const { findings } = await examineData(config());
    expect(exitStatus(findings)).toBe(0);
    expect(said(findings)[0]).toContain('the first run makes it');
    expect(() => readFileSync(join(folder, 'data'))).toThrow(/ENOENT/);
  });

  it('is a failure where it is no folder, and a warning where others can read it', async () => {
    writeFileSync(join(folder, 'data'), 'x');
    expect(exitStatus((await examineData(config())).findings)).toBe(2);
    rmSync(join(folder, 'data'));
    mkdirSync(join(folder, 'data'), { mode: 0o755 });
    expect(said((await examineData(config())).findings)[0]).toMatch(/^warning: .* can be read by others/);
  });

  it('tells the clock that an agent has noted, and that none runs now', async () => {
    const journal = Journal.open(join(folder, 'data'), 'norte');
    journal.notes.write('clock_offset', '-600000');
    journal.close();
    const { findings, registered } = await examineData(config());
    expect(said(findings)).toContainEqual(expect.stringMatching(/^warning: No agent runs on this folder/));
    expect(said(findings)).toContainEqual(expect.stringMatching(/^warning: 600.0 s behind the cloud's/));
    expect(registered).toEqual([]);
  });

  it('is a failure where the journal is none', async () => {
    mkdirSync(join(folder, 'data'), { mode: 0o700 });
    writeFileSync(join(folder, 'data', 'journal.db'), 'no database'.repeat(1000));
    expect(said((await examineData(config())).findings)).toContainEqual(
      expect.stringMatching(/^failure: It cannot be/),
    );
  });

  it('is fine while an agent runs on it, which tells how it sees clock, cloud and terminals', async () => {
    const agent = new AgentBench();
    releases.push(() => agent.dispose());
    agent.start();
    await agent.run('device.put', 'lejos', {
      mode: 'create',
      id: 'lejos',
      name: 'Lejos',
      host: '127.0.0.1',
      port: 1,
    });
    await agent.hello(
      ({ clockOffsetMs, devices }) => clockOffsetMs !== null && devices[0]?.reachable === false,
    );
    const running = parseConfig(`site: norte\ndata: ${agent.folder}\n`, 'agent.yaml', {});
    const report = await examineData(running);
    expect(exitStatus(report.findings)).toBe(0);
    expect(said(report.findings)).toContainEqual(expect.stringContaining(`(pid ${process.pid})`));
    expect(report.running?.hello.devices).toMatchObject([{ id: 'lejos', reachable: false }]);
    const told = await agent.run('device.refused', 'lejos', { devices: ['lejos'] }, { device: undefined });
    expect(told).toMatchObject({ status: 'ok' });
    expect(said((await examineData(running)).findings)).toContainEqual(
      expect.stringMatching(/^failure: Another site holds lejos/),
    );
    await agent.stop();
    expect((await examineData(running)).running).toBeNull();
  });
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
      seen: { ...device, reachable: true, lastSeen: NOW },
    });
    expect(busy).toMatchObject({
      verdict: 'warning',
      found: expect.stringContaining('the agent reached it last'),
    });
  });
});
