// `sereno-agent install`, `uninstall`, `status`, `logs`: the agent as a service of this machine.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ServiceError } from '../service/errors.ts';
import { install, type Machine, uninstall } from '../service/install.ts';
import { UNIT, UNIT_FILE } from '../service/names.ts';

const thisMachine: Machine = {
  root: '/',
  run: (program, args) => void execFileSync(program, [...args], { stdio: 'inherit' }),
  addUser(name, home) {
    if (spawnSync('id', ['-u', name], { stdio: 'ignore' }).status !== 0) {
      execFileSync('useradd', [
        ...['--system', '--user-group', '--home-dir', home],
        ...['--shell', '/usr/sbin/nologin', name],
      ]);
    }
    const idOf = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
    return { uid: idOf('-u'), gid: idOf('-g') };
  },
};

/** @throws ServiceError where this is no unpacked package, or the caller may not install */
export function installService(): void {
  mustBeRoot();
  const source = packageFolder();
  const { started, updates } = install(source, process.arch, thisMachine);
  const next = started
    ? `${UNIT} is started: sereno-agent status`
    : 'Installed. Next, with a token of the API: sereno-agent enroll --url URL --token TOKEN';
  process.stdout.write(`${next}\n`);
  if (!updates)
    process.stdout.write('The package is not signed and no key is pinned: it is updated by hand alone.\n');
}

/** @throws ServiceError */
export function uninstallService({ purge }: { readonly purge: boolean }): void {
  mustBeRoot();
  uninstall(thisMachine, purge);
  process.stdout.write(
    purge ? 'Removed, with everything it kept.\n' : 'Removed; /etc/sereno and /var/lib/sereno stay.\n',
  );
}

/** Shows what systemd knows of the agent and ends with its exit status. @throws ServiceError where there is none */
export function serviceStatus(): void {
  mustBeInstalled();
  hand('systemctl', ['status', '--no-pager', UNIT]);
}

/** Shows its log with journalctl. @throws ServiceError */
export function serviceLogs({ follow, lines }: { readonly follow: boolean; readonly lines: number }): void {
  mustBeInstalled();
  hand('journalctl', ['-u', UNIT, '-n', `${lines}`, '-o', 'cat', ...(follow ? ['-f'] : ['--no-pager'])]);
}

function hand(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, [...args], { stdio: 'inherit' });
  if (error !== undefined) throw new ServiceError(`${program} is not here: this needs systemd.`);
  process.exitCode = status ?? 1;
}

function mustBeInstalled(): void {
  if (existsSync(UNIT_FILE)) return;
  throw new ServiceError(
    `There is no service here (${UNIT_FILE}): unpack the package and run its bin/sereno-agent install as root.`,
  );
}

function mustBeRoot(): void {
  if (process.getuid?.() !== 0) throw new ServiceError('This must be done as root: try it with sudo.');
  if (!existsSync('/run/systemd/system')) {
    throw new ServiceError(
      "systemd does not run on this machine, so there is no service: start the agent with 'sereno-agent run'.",
    );
  }
}

/** The package that holds this file, as infra/package/build.ts lays it out. */
function packageFolder(): string {
  const folder = dirname(import.meta.dirname);
  if (existsSync(join(folder, 'bin', UNIT)) && existsSync(join(folder, 'node', process.arch))) return folder;
  throw new ServiceError(
    "Only a package can be installed: make one with 'npm run package', unpack it on the machine, and run its bin/sereno-agent install.",
  );
}
