// The doctor checks who owns the agent's files: one made by root, or with a wrong mode, stops an agent that runs as another user.
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, type Stats, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import type { AgentConfig } from '../config/load.ts';
import { CONFIG_DIR, UNIT_FILE, USER } from '../service/names.ts';
import type { Status } from '../status.ts';
import { about, type Finding } from './finding.ts';

/** Whom the files should belong to, and how that is known. */
export interface Owner {
  readonly uid: number;
  /** How the agent is connected with that user: `the agent runs as sereno`. */
  readonly reason: string;
}

const READ = 0o4;
const WRITE = 0o2;
const ENTER = 0o1;

/**
 * The user of the running agent; else that of the installed service, where this is its file; else whoever asks, unless
 * that is root, who may run it as anybody: then the owner of the folder that holds agent.yaml.
 */
export function ownerOf(file: string, running: Status | null, asking = process.getuid?.() ?? 0): Owner {
  const ofProcess = running === null ? null : ownerAt(`/proc/${running.pid}`);
  if (ofProcess !== null) return { uid: ofProcess, reason: `the agent runs as ${nameOf(ofProcess)}` };
  const isInstalled = existsSync(UNIT_FILE) && resolve(file) === join(CONFIG_DIR, 'agent.yaml');
  const ofService = isInstalled ? uidOf(USER) : null;
  if (ofService !== null) return { uid: ofService, reason: `the service runs as ${USER}` };
  if (asking !== 0) return { uid: asking, reason: `you are ${nameOf(asking)}` };
  const uid = ownerAt(dirname(resolve(file))) ?? 0;
  return { uid, reason: `its folder is ${nameOf(uid)}'s` };
}

/** Files that another user owns, or that the agent's user may not read or write. Empty if all is well. */
export function examineOwnership(file: string, { cloud, dataDir }: AgentConfig, owner: Owner): Finding[] {
  if (process.platform === 'win32') return [];
  const base = dirname(resolve(file));
  // Files elsewhere, such as the machine's own root certificates, need not be the agent's.
  const named = [cloud?.certificate, cloud?.key, cloud?.ca].filter((path) => path?.startsWith(base + sep));
  const read = [resolve(file), ...named].flatMap((path) => path ?? []);
  const written = [dataDir, ...namesIn(dataDir).map((name) => join(dataDir, name))];
  return [
    ...passage(base, owner),
    ...read.flatMap((path) => look(path, READ, owner)),
    ...written.flatMap((path) => look(path, READ | WRITE, owner)),
  ];
}

/** Anybody may own the folder of agent.yaml, as long as the agent may enter it. */
function passage(folder: string, owner: Owner): Finding[] {
  const stats = statsOf(folder);
  return stats === null || may(owner.uid, stats, ENTER) ? [] : look(folder, ENTER, owner);
}

function look(path: string, needed: number, { uid, reason }: Owner): Finding[] {
  const stats = statsOf(path);
  if (stats === null) return [];
  const finding = about('ownership');
  const other = otherNameOf(path);
  if (other !== null)
    return [
      finding.warning(
        `${path} ${other}: whose it is there is not looked at.`,
        `Put the file itself there, not a link.`,
      ),
    ];
  const able = may(uid, stats, stats.isDirectory() ? needed | ENTER : needed);
  if (stats.uid !== uid) {
    const found = `${path} belongs to ${nameOf(stats.uid)}, but ${reason}.`;
    const next = `sudo chown -h ${nameOf(uid)}: ${path}`;
    return [able ? finding.warning(found, next) : finding.failure(found, next)];
  }
  if (able) return [];
  const mode = (stats.mode & 0o777).toString(8).padStart(4, '0');
  const found = `${path} has mode ${mode}: ${nameOf(uid)} may not use it, and ${reason}.`;
  return [
    finding.failure(found, `sudo -u ${nameOf(uid)} chmod ${stats.isDirectory() ? '700' : '600'} ${path}`),
  ];
}

/** A link, or a second name of a file: advising root to change it would change a file elsewhere. */
function otherNameOf(path: string): string | null {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isSymbolicLink() === true) return 'is a link';
  return stats?.isFile() === true && stats.nlink > 1 ? 'has another name elsewhere (a hard link)' : null;
}

/** As the system decides it, considering no group but the file's own. */
function may(uid: number, { uid: owner, mode }: Stats, needed: number): boolean {
  if (uid === 0) return true;
  const bits = owner === uid ? mode >> 6 : mode;
  return (bits & needed) === needed;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function ownerAt(path: string): number | null {
  return statsOf(path)?.uid ?? null;
}

/** Null if it is missing or may not be looked at. */
function statsOf(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function uidOf(name: string): number | null {
  const { status, stdout } = spawnSync('id', ['-u', name], { encoding: 'utf8' });
  return status === 0 ? Number(stdout) : null;
}

function nameOf(uid: number): string {
  const { status, stdout } = spawnSync('id', ['-un', `${uid}`], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : `${uid}`;
}
