// Puts agent and updater on a Linux machine and takes them away again: programs, user, folders, units.
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { VERSION } from '../../shared/version.ts';
import { pointDurably, renameDurably, syncTree } from '../update/durable.ts';
import { pinnedKey } from '../update/package-file.ts';
import { folderOf, type Places, placesOf, targetOf } from '../update/places.ts';
import { NOTHING_YET, StateFile } from '../update/state.ts';
import { settleModes } from './modes.ts';
import {
  CONFIG_DIR,
  DATA_DIR,
  FORMER_PROGRAM_DIR,
  PACKAGED_KEY,
  PROGRAM_DIR,
  PROGRAM_LINK,
  RENEWED_DIR,
  UNIT,
  UNIT_FILE,
  UPDATE_KEY,
  UPDATER_DIR,
  UPDATER_LINK,
  UPDATER_PATH_FILE,
  UPDATER_UNIT,
  UPDATER_UNIT_FILE,
  USER,
} from './names.ts';
import { withoutOtherArches } from './program.ts';
import { giveTree, type Ids, removeTree } from './tree.ts';
import { unitFile, updaterPathFile, updaterUnitFile } from './unit.ts';

/** What is done to the machine besides its files. */
export interface Machine {
  /** The root of its file system: `/`, or a folder in tests. */
  readonly root: string;
  /** Runs a program to its end. @throws Error if it fails */
  run(program: string, args: readonly string[]): void;
  /** Makes the system user if there is none. */
  addUser(name: string, home: string): Ids;
}

export interface Installed {
  /** False where the agent has no agent.yaml yet: it must be enrolled first. */
  readonly started: boolean;
  /** False where no key is pinned: the agent is updated by hand alone. */
  readonly updates: boolean;
}

type At = (path: string) => string;

/**
 * Installs what lies in `source`, an unpacked package, in the place of another version if there is one, and starts it where it
 * is enrolled. May be done again.
 *
 * @param arch as in Node: `x64` or `arm64`; the other one's files stay out
 * @throws the file system's errors; Error of a program that fails
 */
export function install(source: string, arch: string, machine: Machine): Installed {
  const at: At = (path) => join(machine.root, path);
  const places = placesOf(at(PROGRAM_DIR), at(UPDATER_DIR));
  const owner = machine.addUser(USER, DATA_DIR);
  stopUpdater(machine, at);
  copyProgram(source, arch, folderOf(places, VERSION));
  for (const link of [places.current, places.updater]) pointDurably(link, targetOf(VERSION));
  for (const link of [PROGRAM_LINK, UPDATER_LINK]) linkProgram(at, link);
  // Without it the unit does not start.
  mkdirSync(at(RENEWED_DIR), { recursive: true, mode: 0o700 });
  for (const folder of [CONFIG_DIR, DATA_DIR]) {
    mkdirSync(at(folder), { recursive: true });
    // With everything in it: an agent.yaml that root wrote by hand would stop the service.
    giveTree(owner, at(folder));
  }
  writeUnit(at(UNIT_FILE), unitFile());
  const updates = pinKey(source, at);
  if (updates) layUpdater(places, owner, at);
  machine.run('systemctl', ['daemon-reload']);
  machine.run('systemctl', ['enable', UNIT]);
  const started = existsSync(at(`${CONFIG_DIR}/agent.yaml`));
  if (started) machine.run('systemctl', ['restart', UNIT]);
  if (updates) {
    machine.run('systemctl', ['enable', `${UPDATER_UNIT}.service`]);
    machine.run('systemctl', ['enable', '--now', `${UPDATER_UNIT}.path`]);
  }
  leaveOnly(places, at);
  return { started, updates };
}

/** Stops agent and updater and removes programs and units; with `purge` certificate, journal, undo copies and the pinned key too. */
export function uninstall(machine: Machine, purge: boolean): void {
  const at: At = (path) => join(machine.root, path);
  stopUpdater(machine, at);
  if (existsSync(at(UPDATER_PATH_FILE)))
    machine.run('systemctl', ['disable', `${UPDATER_UNIT}.path`, `${UPDATER_UNIT}.service`]);
  if (existsSync(at(UNIT_FILE))) machine.run('systemctl', ['disable', '--now', UNIT]);
  const files = [UNIT_FILE, UPDATER_UNIT_FILE, UPDATER_PATH_FILE, PROGRAM_LINK, UPDATER_LINK];
  for (const path of [...files, PROGRAM_DIR, FORMER_PROGRAM_DIR]) {
    rmSync(at(path), { recursive: true, force: true });
  }
  if (purge) {
    for (const folder of [CONFIG_DIR, DATA_DIR, UPDATER_DIR]) removeTree(at(folder));
    rmSync(at(dirname(UPDATE_KEY)), { recursive: true, force: true });
  }
  machine.run('systemctl', ['daemon-reload']);
  if (purge) machine.run('userdel', [USER]);
}

/** Whatever it was at is over: what is installed by hand is what runs. */
function stopUpdater(machine: Machine, at: At): void {
  if (!existsSync(at(UPDATER_PATH_FILE))) return;
  machine.run('systemctl', ['stop', `${UPDATER_UNIT}.path`, `${UPDATER_UNIT}.service`]);
}

/** The new version is complete before it is where it is started from. */
function copyProgram(source: string, arch: string, target: string): void {
  const draft = `${target}.new`;
  rmSync(draft, { recursive: true, force: true });
  openFolder(dirname(dirname(target)));
  openFolder(dirname(target));
  cpSync(source, draft, { recursive: true });
  withoutOtherArches(draft, arch);
  settleModes(draft);
  syncTree(draft);
  rmSync(target, { recursive: true, force: true });
  renameDurably(draft, target);
}

function linkProgram(at: At, link: string): void {
  const [folder, program] = link === PROGRAM_LINK ? ['current', UNIT] : ['updater', UPDATER_UNIT];
  mkdirSync(at(dirname(link)), { recursive: true });
  rmSync(at(link), { force: true });
  symlinkSync(`${PROGRAM_DIR}/${folder}/bin/${program}`, at(link));
}

function writeUnit(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o644);
}

/** Pins the key that came with the package, or leaves the one that is pinned. @returns whether there is one @throws Error for what is no key */
function pinKey(source: string, at: At): boolean {
  const packaged = join(source, PACKAGED_KEY);
  if (!existsSync(packaged)) return existsSync(at(UPDATE_KEY));
  const pem = readFileSync(packaged, 'utf8');
  pinnedKey(pem);
  openFolder(at(dirname(UPDATE_KEY)));
  writeFileSync(at(UPDATE_KEY), pem);
  chmodSync(at(UPDATE_KEY), 0o644);
  return true;
}

/** Everybody may look into it, whatever umask this runs under. */
function openFolder(folder: string): void {
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
}

/** The updater's folders and units. All of it is root's; into the inbox the agent may put a file, and read what became of it. */
function layUpdater(places: Places, owner: Ids, at: At): void {
  openFolder(at(UPDATER_DIR));
  mkdirSync(places.inbox, { recursive: true });
  chownSync(places.inbox, process.getuid?.() ?? 0, owner.gid);
  chmodSync(places.inbox, 0o1770);
  rmSync(places.download, { force: true });
  new StateFile(places.state).save({ ...NOTHING_YET, floor: VERSION });
  writeUnit(at(UPDATER_UNIT_FILE), updaterUnitFile());
  writeUnit(at(UPDATER_PATH_FILE), updaterPathFile());
}

/** No version but this one, now that it is started. */
function leaveOnly({ versions }: Places, at: At): void {
  for (const name of readdirSync(versions).filter((name) => name !== VERSION)) {
    rmSync(join(versions, name), { recursive: true, force: true });
  }
  rmSync(at(FORMER_PROGRAM_DIR), { recursive: true, force: true });
}
