// The branches of a tenant with their terminals in short, and what all of them come to.
import { AGENT_TROUBLES, type AgentTrouble } from '../../shared/domain/agent-troubles.ts';
import { DEVICE_STATES, type DeviceState } from '../../shared/domain/device-states.ts';
import type { Directory } from './directory.ts';
import type { DeviceRow, SiteRow } from './rows.ts';
import { allOffline, NO_TERMINALS, type Summary, summaryOf } from './summary.ts';
import { namesOfTroubles } from './troubles.ts';

export type SiteState = 'online' | 'offline' | 'unknown';

/** A branch, how it stands, and its terminals as of now: while its agent is away, they are. */
export interface Branch {
  readonly row: SiteRow;
  readonly state: SiteState;
  readonly terminals: Summary;
  readonly troubles: readonly AgentTrouble[];
}

export function branchOf(
  row: SiteRow,
  now: number,
  terminals: Summary = row.terminals ?? NO_TERMINALS,
): Branch {
  const state = row.connected ? 'online' : row.lastHello === undefined ? 'unknown' : 'offline';
  return {
    row,
    state,
    terminals: row.connected ? terminals : allOffline(terminals),
    troubles: namesOfTroubles(row, now),
  };
}

/** Rows of sites are enough, unless one was written by an earlier version. */
export async function branchesOf(
  directory: Directory,
  tenant: string,
  rows: readonly SiteRow[],
  now: number,
): Promise<Branch[]> {
  const isKept = rows.every(({ terminals, lastHello }) => terminals !== undefined || lastHello === undefined);
  if (isKept) return rows.map((row) => branchOf(row, now));
  const bySite = new Map<string, DeviceRow[]>();
  for (const device of await directory.devices(tenant)) {
    bySite.set(device.site, [...(bySite.get(device.site) ?? []), device]);
  }
  return rows.map((row) => branchOf(row, now, row.terminals ?? summaryOf(bySite.get(row.site) ?? [], [])));
}

/** All of a tenant, by site. */
export async function branches(directory: Directory, tenant: string, now: number): Promise<Branch[]> {
  return branchesOf(directory, tenant, await directory.sites(tenant), now);
}

/** How many of each. */
export interface Fleet {
  readonly sites: Readonly<Record<SiteState, number>>;
  readonly devices: Readonly<Record<DeviceState, number>>;
  /** Branches by the version of their agent; null: none has ever connected. */
  readonly versions: ReadonlyMap<string | null, number>;
  readonly troubles: Readonly<Record<AgentTrouble, number>>;
  readonly waiting: { readonly commands: number; readonly events: number };
}

export function fleetOf(all: readonly Branch[]): Fleet {
  const sites = { online: 0, offline: 0, unknown: 0 };
  const devices = zeros(DEVICE_STATES);
  const troubles = zeros(AGENT_TROUBLES);
  const waiting = { commands: 0, events: 0 };
  const versions = new Map<string | null, number>();
  for (const { row, state, terminals, troubles: named } of all) {
    sites[state] += 1;
    for (const each of DEVICE_STATES) devices[each] += terminals.counts[each] ?? 0;
    for (const each of named) troubles[each] += 1;
    const version = row.agentVersion ?? null;
    versions.set(version, (versions.get(version) ?? 0) + 1);
    waiting.commands += row.journalDepth ?? 0;
    waiting.events += row.eventsWaiting ?? 0;
  }
  return { sites, devices, versions, troubles, waiting };
}

function zeros<K extends string>(names: readonly K[]): Record<K, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<K, number>;
}
