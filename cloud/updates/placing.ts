// A new roll-out: which branches it is for, and in which order they come.
import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import type { Principal } from '../../shared/api/principal.ts';
import { SerenoError } from '../../shared/errors.ts';
import type { Clock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { SiteRow } from '../directory/rows.ts';
import { checkMayChange, mayChangeSite } from '../directory/visible.ts';
import { log } from '../log.ts';
import type { AskedVersion } from './asking.ts';
import { countsOf, PENDING, type Rollout } from './rollout.ts';
import type { Rollouts } from './rollouts.ts';

/** Its branches lie in one row. */
export const MOST_BRANCHES = 10_000;
/** Whoever is away for so long is passed over. */
const ENDS_AFTER_MS = 30 * 24 * 3600 * 1000;

export interface PlacingPorts {
  readonly rollouts: Rollouts;
  /** What the caller sees of it. */
  readonly directory: Pick<Directory, 'sites'>;
  /** The branches of a group that the caller sees; null: there is none. */
  readonly groupSites: (id: string) => Promise<readonly string[] | null>;
  readonly clock: Clock;
}

export interface AskedRollout extends AskedVersion {
  readonly sites: readonly string[];
  readonly groups: readonly string[];
  readonly all: boolean;
  readonly steps: readonly number[];
  readonly minutes: number;
  readonly stopAfter: number;
}

/** @throws SerenoError `site_not_found`, `site_read_only`, `site_group_not_found`, `rollout_open`, `rollout_size` */
export async function placeRollout(
  ports: PlacingPorts,
  principal: Principal,
  asked: AskedRollout,
): Promise<Rollout> {
  const { rollouts, clock } = ports;
  const { tenant } = principal;
  const { version, url, sha256, steps, minutes, stopAfter } = asked;
  const now = clock.now();
  const id = ulid(now);
  const sites = await branchesFor(ports, principal, asked, id);
  if (sites.length === 0 || sites.length > MOST_BRANCHES)
    throw new SerenoError('rollout_size', { params: { count: sites.length, most: MOST_BRANCHES } });
  const outcomes = sites.map(() => PENDING);
  const rollout: Rollout = {
    ...{ tenant, id, version, url, sha256, steps: [...steps], minutes, stopAfter },
    ...{
      state: 'running',
      step: 0,
      stepEndedAt: null,
      accepted: 0,
      counts: countsOf(outcomes),
      countedAt: now,
    },
    ...{ createdAt: now, endsAt: now + ENDS_AFTER_MS, endedAt: null, rev: 0 },
  };
  if (!(await rollouts.add(rollout, { sites, outcomes, rev: 0 })))
    throw new SerenoError('rollout_open', { params: { id: (await rollouts.open(tenant)) ?? '' } });
  log.info('roll-out placed', { rollout: id, version, branches: sites.length, by: principal.subject });
  return rollout;
}

async function branchesFor(
  { directory, groupSites }: PlacingPorts,
  principal: Principal,
  { sites, groups, all }: AskedRollout,
  id: string,
): Promise<string[]> {
  const rows = new Map((await directory.sites(principal.tenant)).map((row) => [row.site, row]));
  const named = new Set(sites);
  for (const group of groups) {
    const members = await groupSites(group);
    if (members === null) throw new SerenoError('site_group_not_found');
    for (const site of members) named.add(site);
  }
  for (const site of named) {
    if (!rows.has(site)) throw new SerenoError('site_not_found', { params: { site } });
    checkMayChange(principal, site);
  }
  const own = [...rows.values()].filter(
    ({ site }) => named.has(site) || (all && mayChangeSite(principal, site)),
  );
  return inOrder(own, id).map(({ site }) => site);
}

/** Those that are there come first, so that the first steps show something; among them chance decides, another one for each roll-out. */
function inOrder(rows: readonly SiteRow[], id: string): SiteRow[] {
  const lot = ({ site }: SiteRow) => createHash('sha256').update(`${id}/${site}`).digest('hex');
  const lots = new Map(rows.map((row) => [row, lot(row)]));
  return [...rows].sort(
    (a, b) =>
      Number(b.connected) - Number(a.connected) || ((lots.get(a) ?? '') < (lots.get(b) ?? '') ? -1 : 1),
  );
}
