// The updater's way from a request to a version that has proved itself, or back to the one before.
//
// fetch → unpack → switch → prove → keep, and from `prove` to `back`. What comes next is on disk before it is begun, and each step may be
// begun again: whatever the machine goes down at, the link leads to a whole version, and the next run goes on. Until the new version has
// proved itself, the version before lies untouched beside it.
import type { Logger } from 'pino';
import { compareVersions, type PackageManifest } from '../../shared/domain/agent-package.ts';
import type { UpdateReason, UpdateRequest } from '../../shared/domain/agent-update.ts';
import { PackageRefused } from './errors.ts';
import { baselineOf, type GatePorts, glance, NOTHING_SEEN, prove } from './gate.ts';
import type { Inbox } from './inbox.ts';
import type { At, Memory, State, UnderWay } from './state.ts';

/** The versions on this machine, and which of them is started. */
export interface Versions {
  /** The one that is started now. @throws Error where there is none */
  current(): string;
  /** Unpacks the package that was fetched, whole or not at all. @throws PackageRefused */
  unpack(version: string): Promise<void>;
  /** Makes it the one that is started. */
  point(version: string): void;
  /** Lets the updater of that version follow, if it works; takes away what is needed no more, the package too. */
  settle(version: string, keep: readonly string[]): Promise<void>;
  /** Takes away what an update has left that came to nothing. */
  discard(version: string): void;
}

export interface UpdaterPorts {
  readonly memory: Memory;
  readonly inbox: Inbox;
  readonly versions: Versions;
  /** Fetches a package and checks it. @throws PackageRefused */
  readonly fetch: (request: UpdateRequest) => Promise<PackageManifest>;
  readonly restart: () => Promise<void>;
  readonly gate: GatePorts;
  /** Node's names of platform and processor. */
  readonly platform: string;
  readonly log: Logger;
}

/** So often the machine may go down while a version proves itself. */
const TRIES = 3;

/** Goes on with what was begun, then does what is asked for, until nothing is. */
export async function runUpdater(ports: UpdaterPorts): Promise<void> {
  const { memory } = ports;
  let state = memory.load();
  for (;;) {
    const next =
      state.underWay === null ? await take(ports, state) : await advance(ports, state, state.underWay);
    if (next === null) return;
    memory.save(next);
    state = next;
  }
}

/** Begins with what is asked for; null: nothing is. */
async function take(ports: UpdaterPorts, state: State): Promise<State | null> {
  const { inbox, versions, gate, log } = ports;
  const request = inbox.look();
  if (request === null || request.id === state.last?.id) {
    // Done before, or nothing that can be understood: it must not be looked at again and again.
    inbox.clear();
    return null;
  }
  const from = versions.current();
  log.info({ update: request.id, version: request.version, from }, 'update asked for');
  return { ...state, underWay: { step: 'fetch', ...request, from, seen: await glance(gate) } };
}

function advance(ports: UpdaterPorts, state: State, at: UnderWay): Promise<State> {
  ports.log.info({ update: at.id, version: at.version, step: at.step }, 'update: next step');
  switch (at.step) {
    case 'fetch':
      return orRefused(ports, state, at, () => fetched(ports, state, at));
    case 'unpack':
      return orRefused(ports, state, at, () => unpacked(ports, state, at));
    case 'switch':
      return switched(ports, state, at);
    case 'prove':
      return proved(ports, state, at);
    case 'keep':
      return kept(ports, state, at);
    case 'back':
      return broughtBack(ports, state, at);
  }
}

/** What comes to nothing before anything was switched is over. */
async function orRefused(
  { versions, log }: UpdaterPorts,
  state: State,
  at: At<'fetch' | 'unpack'>,
  work: () => Promise<State>,
): Promise<State> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PackageRefused)) throw error;
    log.warn({ err: error, update: at.id, reason: error.reason }, 'update refused');
    versions.discard(at.version);
    return over(state, at, 'failed', error.reason);
  }
}

async function fetched(
  { inbox, fetch, platform }: UpdaterPorts,
  state: State,
  at: At<'fetch'>,
): Promise<State> {
  // What was asked for is on disk by now.
  if (inbox.look()?.id === at.id) inbox.clear();
  if (at.version === at.from) return over(state, at, 'updated');
  if (compareVersions(at.version, state.floor ?? at.from) < 0) throw new PackageRefused('downgrade');
  const { step: _fetch, ...update } = at;
  const manifest = await fetch(update);
  if (manifest.version !== at.version) throw new PackageRefused('version');
  if (!manifest.platforms.includes(platform)) throw new PackageRefused('platform');
  return { ...state, underWay: { ...update, step: 'unpack', floor: manifest.floor } };
}

async function unpacked({ versions, gate }: UpdaterPorts, state: State, at: At<'unpack'>): Promise<State> {
  await versions.unpack(at.version);
  return {
    ...state,
    underWay: { ...at, step: 'switch', baseline: await baselineOf(gate, at.seen ?? NOTHING_SEEN) },
  };
}

async function switched({ versions, restart }: UpdaterPorts, state: State, at: At<'switch'>): Promise<State> {
  versions.point(at.version);
  await restart();
  return { ...state, underWay: { ...at, step: 'prove', tries: 0 } };
}

async function proved({ memory, gate, log }: UpdaterPorts, state: State, at: At<'prove'>): Promise<State> {
  const { baseline, tries, ...update } = at;
  const back = (reason: UpdateReason): State => ({ ...state, underWay: { ...update, step: 'back', reason } });
  if (tries >= TRIES) return back('interrupted');
  memory.save({ ...state, underWay: { ...at, tries: tries + 1 } });
  const trouble = await prove(gate, at.version, baseline);
  if (trouble === null) return { ...state, underWay: { ...update, step: 'keep' } };
  log.warn({ update: at.id, version: at.version, reason: trouble }, 'the new version does not work');
  return back(trouble);
}

async function kept({ versions, log }: UpdaterPorts, state: State, at: At<'keep'>): Promise<State> {
  await versions.settle(at.version, [at.version, at.from]);
  log.info({ update: at.id, version: at.version }, 'updated');
  return over({ ...state, floor: highest(at.floor, state.floor ?? at.floor) }, at, 'updated');
}

async function broughtBack(ports: UpdaterPorts, state: State, at: At<'back'>): Promise<State> {
  const { versions, restart, gate, log } = ports;
  versions.point(at.from);
  await restart();
  const trouble = await prove(gate, at.from, { connected: false, reached: [] });
  // There is no other way back: systemd goes on starting it.
  if (trouble !== null)
    log.error({ version: at.from, reason: trouble }, 'the version before does not answer either');
  versions.discard(at.version);
  log.warn({ update: at.id, version: at.from, reason: at.reason }, 'gone back to the version before');
  return over(state, at, 'failed', at.reason);
}

function over(state: State, at: UnderWay, how: 'updated' | 'failed', reason?: UpdateReason): State {
  const { id, version } = at;
  return { ...state, underWay: null, last: { id, version, state: how, ...(reason && { reason }) } };
}

function highest(one: string, other: string): string {
  return compareVersions(one, other) < 0 ? other : one;
}
