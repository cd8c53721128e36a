import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../config/load.ts';
import { Journal } from '../journal/journal.ts';
import { AgentBench } from '../testing/agent-bench.ts';
import { folderOfEachTest } from '../testing/folder.ts';
import { examineCertificate } from './certificate.ts';
import { examineData } from './data.ts';
import { exitStatus, type Finding, toTable } from './finding.ts';
import { certify } from './testing/identity.ts';
import { said } from './testing/said.ts';

const DAY = 86_400_000;
const NOW = Date.now();

const folder = folderOfEachTest();
const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

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
    [-300 * DAY, 29 * DAY, 'ok', /^Valid until/],
    [-300 * DAY, 14 * DAY, 'warning', /in 1[34] days, and was not renewed/],
    [-300 * DAY, -1, 'failure', /^It ended on/],
    [2 * DAY, 300 * DAY, 'failure', /^It is not valid before/],
  ])('valid from %d to %d ms from now is a matter of %s', async (from, until, verdict, words) => {
    const files = await certify(folder(), 'agent', NOW + from, NOW + until);
    const [finding] = examineCertificate({ endpoint: 'e', ...files }, NOW);
    expect(finding).toMatchObject({ verdict, found: expect.stringMatching(words) });
  });

  it("fails with another one's key, without a file, and warns of a key that others can read", async () => {
    const mine = await certify(folder(), 'mine', NOW - DAY, NOW + 300 * DAY);
    const other = await certify(folder(), 'other', NOW - DAY, NOW + 300 * DAY);
    const cloud = { endpoint: 'e', ...mine };
    expect(said(examineCertificate({ ...cloud, key: other.key }, NOW))[0]).toMatch(
      /^failure.*is not the key/,
    );
    expect(said(examineCertificate({ ...cloud, key: '/nowhere' }, NOW))).toEqual([
      "failure: /nowhere ('cloud.key') is not there.",
    ]);
    writeFileSync(join(folder(), 'none.crt'), 'nothing');
    expect(said(examineCertificate({ ...cloud, certificate: join(folder(), 'none.crt') }, NOW))[0]).toMatch(
      /^failure.*cannot be used/,
    );
    chmodSync(mine.key, 0o644);
    expect(said(examineCertificate(cloud, NOW))[1]).toMatch(/^warning.*read by others/);
  });
});

describe('the data folder', () => {
  const config = () => parseConfig(`site: norte\ndata: ${join(folder(), 'data')}\n`, 'agent.yaml', {});

  it('may be missing before the first run, and is not made', async () => {
    const { findings } = await examineData(config());
    expect(exitStatus(findings)).toBe(0);
    expect(said(findings)[0]).toContain('the first run makes it');
    expect(() => readFileSync(join(folder(), 'data'))).toThrow(/ENOENT/);
  });

  it('is a failure where it is no folder, and a warning where others can read it', async () => {
    writeFileSync(join(folder(), 'data'), 'x');
    expect(exitStatus((await examineData(config())).findings)).toBe(2);
    rmSync(join(folder(), 'data'));
    mkdirSync(join(folder(), 'data'), { mode: 0o755 });
    expect(said((await examineData(config())).findings)[0]).toMatch(/^warning: .* can be read by others/);
  });

  it('tells the clock that an agent has noted, and that none runs now', async () => {
    const journal = Journal.open(join(folder(), 'data'), 'norte');
    journal.notes.write('clock_offset', '-600000');
    journal.close();
    const { findings, registered } = await examineData(config());
    expect(said(findings)).toContainEqual(expect.stringMatching(/^warning: No agent runs on this folder/));
    expect(said(findings)).toContainEqual(expect.stringMatching(/^warning: 600.0 s behind the cloud's/));
    expect(registered).toEqual([]);
  });

  it('is a failure where the journal is none', async () => {
    mkdirSync(join(folder(), 'data'), { mode: 0o700 });
    writeFileSync(join(folder(), 'data', 'journal.db'), 'no database'.repeat(1000));
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
