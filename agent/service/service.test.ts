import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { VERSION } from '../../shared/version.ts';
import { newSigningKeys } from '../update/package-file.ts';
import { install, type Machine, uninstall } from './install.ts';
import { ServiceManager } from './notify.ts';
import { unitFile, updaterPathFile, updaterUnitFile } from './unit.ts';

const ANALYZE = '/usr/bin/systemd-analyze';
const withoutSystemd = existsSync(ANALYZE) ? '' : " (systemd is missing: 'apt-get install systemd')";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-service-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function script(name: string, text: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
  return file;
}

describe(`the unit${withoutSystemd}`, () => {
  it.skipIf(withoutSystemd !== '')('passes systemd-analyze verify', () => {
    const unit = join(folder, 'sereno-agent.service');
    writeFileSync(unit, unitFile(script('bin/sereno-agent', 'exit 0')));
    execFileSync(ANALYZE, ['verify', '--man=no', unit], { stdio: ['ignore', 'pipe', 'pipe'] });
    writeFileSync(unit, unitFile(join(folder, 'not-there')));
    expect(() => execFileSync(ANALYZE, ['verify', '--man=no', unit], { stdio: 'pipe' })).toThrow();
  });

  it.skipIf(withoutSystemd !== '')('of the updater passes it too, with the path that starts it', () => {
    const unit = join(folder, 'sereno-updater.service');
    const path = join(folder, 'sereno-updater.path');
    writeFileSync(unit, updaterUnitFile(script('bin/sereno-updater', 'exit 0')));
    writeFileSync(path, updaterPathFile());
    execFileSync(ANALYZE, ['verify', '--man=no', unit, path], { stdio: ['ignore', 'pipe', 'pipe'] });
  });

  it('restarts the agent, watches it, and shuts it in', () => {
    const lines = unitFile().split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'Type=notify',
        'Restart=always',
        'RestartPreventExitStatus=78',
        'WatchdogSec=60',
        'User=sereno',
        'NoNewPrivileges=yes',
        'ProtectSystem=strict',
        'ReadWritePaths=/var/lib/sereno /etc/sereno/certificates',
        'CapabilityBoundingSet=',
      ]),
    );
  });
});

describe('installing', () => {
  const done: string[] = [];
  const machine = (): Machine => ({
    root: join(folder, 'root'),
    run: (program, args) => void done.push([program, ...args].join(' ')),
    addUser: (name, home) => {
      done.push(`user ${name} in ${home}`);
      return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
    },
  });
  const at = (path: string) => join(folder, 'root', path);

  beforeEach(() => {
    done.length = 0;
    script('package/bin/sereno-agent', 'exit 0');
    for (const arch of ['x64', 'arm64']) {
      script(`package/node/${arch}/node`, '');
      script(`package/crt/${arch}/aws-crt-nodejs.node`, '');
    }
  });

  it('makes user, folders for the agent alone, program, unit, and says what comes next', () => {
    expect(install(join(folder, 'package'), 'x64', machine())).toEqual({ started: false, updates: false });
    expect(done).toEqual([
      'user sereno in /var/lib/sereno',
      'systemctl daemon-reload',
      'systemctl enable sereno-agent',
    ]);
    for (const path of ['/etc/sereno', '/var/lib/sereno']) {
      expect([path, statSync(at(path)).mode & 0o777]).toEqual([path, 0o700]);
    }
    expect(readlinkSync(at('/usr/local/bin/sereno-agent'))).toBe('/opt/sereno/current/bin/sereno-agent');
    expect(readFileSync(at('/etc/systemd/system/sereno-agent.service'), 'utf8')).toBe(unitFile());
    expect(existsSync(at('/opt/sereno/current/node/x64/node'))).toBe(true);
    expect(existsSync(at('/opt/sereno/current/node/arm64'))).toBe(false);
  });

  it('makes the program readable for the agent’s user, whatever mask it was unpacked under', () => {
    const source = join(folder, 'package');
    for (const path of ['', 'bin', 'node', 'node/x64', 'crt', 'crt/x64'])
      chmodSync(join(source, path), 0o700);
    chmodSync(join(source, 'crt/x64/aws-crt-nodejs.node'), 0o666);
    const previous = process.umask(0o077);
    try {
      install(source, 'x64', machine());
    } finally {
      process.umask(previous);
    }
    const modes = (...paths: string[]) => paths.map((path) => statSync(at(path)).mode & 0o777);
    const program = '/opt/sereno/current';
    expect(modes(program, `${program}/bin`, `${program}/node/x64`)).toEqual([0o755, 0o755, 0o755]);
    expect(modes(`${program}/bin/sereno-agent`, `${program}/node/x64/node`)).toEqual([0o755, 0o755]);
    expect(
      modes(`${program}/crt/x64/aws-crt-nodejs.node`, '/etc/systemd/system/sereno-agent.service'),
    ).toEqual([0o644, 0o644]);
  });

  it.skipIf(process.getuid?.() !== 0)('gives the agent what root has written into its folders', () => {
    mkdirSync(at('/etc/sereno'), { recursive: true });
    writeFileSync(at('/etc/sereno/agent.yaml'), 'site: norte\n', { mode: 0o600 });
    install(join(folder, 'package'), 'x64', { ...machine(), addUser: () => ({ uid: 64_123, gid: 64_123 }) });
    expect([statSync(at('/etc/sereno/agent.yaml')).uid, statSync(at('/etc/sereno')).uid]).toEqual([
      64_123, 64_123,
    ]);
  });

  it('over an older version replaces the program whole and starts an agent that is enrolled', () => {
    install(join(folder, 'package'), 'x64', machine());
    writeFileSync(at('/opt/sereno/current/old-file'), '');
    writeFileSync(at('/etc/sereno/agent.yaml'), 'site: norte\n');
    expect(install(join(folder, 'package'), 'x64', machine())).toEqual({ started: true, updates: false });
    expect(done.at(-1)).toBe('systemctl restart sereno-agent');
    expect(existsSync(at('/opt/sereno/current/old-file'))).toBe(false);
    expect(readFileSync(at('/etc/sereno/agent.yaml'), 'utf8')).toBe('site: norte\n');
  });

  it('of a signed package pins its key and brings the updater, into whose folder the agent may put a request alone', () => {
    const { publicKey } = newSigningKeys();
    writeFileSync(join(folder, 'package/update.pub'), publicKey);
    expect(install(join(folder, 'package'), 'x64', machine())).toEqual({ started: false, updates: true });
    expect(done.slice(-2)).toEqual([
      'systemctl enable sereno-updater.service',
      'systemctl enable --now sereno-updater.path',
    ]);
    expect(readFileSync(at('/etc/sereno-updater/update.pub'), 'utf8')).toBe(publicKey);
    expect(readFileSync(at('/etc/systemd/system/sereno-updater.service'), 'utf8')).toBe(updaterUnitFile());
    expect(readFileSync(at('/etc/systemd/system/sereno-updater.path'), 'utf8')).toBe(updaterPathFile());
    const mode = (path: string) => statSync(at(path)).mode & 0o7777;
    expect(['', '/inbox', '/state.json'].map((path) => mode(`/var/lib/sereno-updater${path}`))).toEqual([
      0o755, 0o1770, 0o644,
    ]);
    expect(JSON.parse(readFileSync(at('/var/lib/sereno-updater/state.json'), 'utf8'))).toMatchObject({
      floor: VERSION,
      underWay: null,
    });
    // A later one that is not signed leaves the key that is pinned.
    rmSync(join(folder, 'package/update.pub'));
    expect(install(join(folder, 'package'), 'x64', machine()).updates).toBe(true);
    uninstall(machine(), true);
    expect([existsSync(at('/etc/sereno-updater')), existsSync(at('/var/lib/sereno-updater'))]).toEqual([
      false,
      false,
    ]);
  });

  it('is undone by uninstall, which keeps configuration and journal unless it is told to purge', () => {
    install(join(folder, 'package'), 'x64', machine());
    writeFileSync(at('/etc/sereno/agent.yaml'), 'site: norte\n');
    uninstall(machine(), false);
    expect(done).toContain('systemctl disable --now sereno-agent');
    for (const path of ['/opt/sereno', '/etc/systemd/system/sereno-agent.service']) {
      expect([path, existsSync(at(path))]).toEqual([path, false]);
    }
    expect(lstatSync(at('/usr/local/bin/sereno-agent'), { throwIfNoEntry: false })).toBeUndefined();
    expect(existsSync(at('/etc/sereno/agent.yaml'))).toBe(true);
    uninstall(machine(), true);
    expect([existsSync(at('/etc/sereno')), existsSync(at('/var/lib/sereno'))]).toEqual([false, false]);
    expect(done.at(-1)).toBe('userdel sereno');
  });
});

describe('what systemd is told', () => {
  const log = pino({ level: 'silent' });
  const told = () => {
    const file = join(folder, 'told');
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };
  const environment = (more: NodeJS.ProcessEnv) => {
    script('bin/systemd-notify', `echo "$1" >> ${join(folder, 'told')}`);
    return { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, ...more };
  };

  it('ready, then signs of life three times within the watchdog’s patience, then stopping', async () => {
    const env = environment({ NOTIFY_SOCKET: '/run/none', WATCHDOG_USEC: '300000' });
    const manager = new ServiceManager(log, env);
    manager.ready();
    await vi.waitFor(() => expect(told().filter((line) => line === 'WATCHDOG=1').length).toBeGreaterThan(1), {
      timeout: 5000,
    });
    manager.stopping();
    await vi.waitFor(() => expect(told()).toContain('STOPPING=1'), { timeout: 5000 });
    expect(told()).toContain('READY=1');
  });

  it('nothing where it did not ask', async () => {
    const manager = new ServiceManager(log, environment({ WATCHDOG_USEC: '0' }));
    manager.ready();
    manager.stopping();
    expect(told()).toEqual([]);
  });
});
