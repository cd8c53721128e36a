// Puts the agent on a Linux machine and takes it away again: program, user, folders, unit.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { settleModes } from './modes.ts';
import {
  CONFIG_DIR,
  DATA_DIR,
  PROGRAM_DIR,
  PROGRAM_LINK,
  RENEWED_DIR,
  UNIT,
  UNIT_FILE,
  USER,
} from './names.ts';
import { giveTree, removeTree } from './tree.ts';
import { unitFile } from './unit.ts';

/** What is done to the machine besides its files. */
export interface Machine {
  /** The root of its file system: `/`, or a folder in tests. */
  readonly root: string;
  /** Runs a program to its end. @throws Error if it fails */
  run(program: string, args: readonly string[]): void;
  /** Makes the system user if there is none. */
  addUser(name: string, home: string): { readonly uid: number; readonly gid: number };
}

export interface Installed {
  /** False where the agent has no agent.yaml yet: it must be enrolled first. */
  readonly started: boolean;
}

/**
 * Installs what lies in `source`, an unpacked package, over an older version if there is one, and starts it where it
 * is enrolled. May be done again.
 *
 * @param arch as in Node: `x64` or `arm64`; the other one's files stay out
 * @throws the file system's errors; Error of a program that fails
 */
export function install(source: string, arch: string, machine: Machine): Installed {
  const at = (path: string) => join(machine.root, path);
  const owner = machine.addUser(USER, DATA_DIR);
  copyProgram(source, arch, at(PROGRAM_DIR));
  mkdirSync(at(dirname(PROGRAM_LINK)), { recursive: true });
  rmSync(at(PROGRAM_LINK), { force: true });
  symlinkSync(`${PROGRAM_DIR}/bin/${UNIT}`, at(PROGRAM_LINK));
  // Without it the unit does not start.
  mkdirSync(at(RENEWED_DIR), { recursive: true, mode: 0o700 });
  for (const folder of [CONFIG_DIR, DATA_DIR]) {
    mkdirSync(at(folder), { recursive: true });
    // With everything in it: an agent.yaml that root wrote by hand would stop the service.
    giveTree(owner, at(folder));
  }
  mkdirSync(at(dirname(UNIT_FILE)), { recursive: true });
  writeFileSync(at(UNIT_FILE), unitFile());
  chmodSync(at(UNIT_FILE), 0o644);
  machine.run('systemctl', ['daemon-reload']);
  machine.run('systemctl', ['enable', UNIT]);
  const started = existsSync(at(`${CONFIG_DIR}/agent.yaml`));
  if (started) machine.run('systemctl', ['restart', UNIT]);
  return { started };
}

/** Stops the agent and removes program and unit; with `purge` its certificate, journal and undo copies too. */
export function uninstall(machine: Machine, purge: boolean): void {
  const at = (path: string) => join(machine.root, path);
  if (existsSync(at(UNIT_FILE))) machine.run('systemctl', ['disable', '--now', UNIT]);
  for (const path of [UNIT_FILE, PROGRAM_LINK, PROGRAM_DIR]) {
    rmSync(at(path), { recursive: true, force: true });
  }
  if (purge) for (const folder of [CONFIG_DIR, DATA_DIR]) removeTree(at(folder));
  machine.run('systemctl', ['daemon-reload']);
  if (purge) machine.run('userdel', [USER]);
}

/** The new version is complete before it replaces the old one. */
function copyProgram(source: string, arch: string, target: string): void {
  const draft = `${target}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(dirname(target), { recursive: true });
  cpSync(source, draft, { recursive: true });
  for (const folder of ['node', 'crt']) {
    for (const other of readdirSync(join(draft, folder)).filter((name) => name !== arch)) {
      rmSync(join(draft, folder, other), { recursive: true, force: true });
    }
  }
  settleModes(draft);
  rmSync(target, { recursive: true, force: true });
  renameSync(draft, target);
}
