// How one branch of a roll-out stands, by its row. Pure.
import { compareVersions, versionSchema } from '../../shared/domain/agent-package.ts';
import type { SiteRow } from '../directory/rows.ts';
import { updateOf } from '../directory/update.ts';
import { hasEnded, type Outcome, type Rollout } from './rollout.ts';

/** An update takes minutes, during some of which the agent is away. */
const LOST_MS = 15 * 60_000;

export interface Looked {
  readonly outcome: Outcome;
  /** It is at it, or there and about to be. */
  readonly isBusy: boolean;
}

const SKIPPED = (reason: Outcome['reason']): Looked => ({
  outcome: { state: 'skipped', ...(reason && { reason }) },
  isBusy: false,
});

function isLater(version: string, than: string): boolean {
  return versionSchema.safeParse(version).success && compareVersions(version, than) > 0;
}

/**
 * @param before how it stood when it was looked at last
 * @param row null: there is no such branch any more
 */
export function lookAt(rollout: Rollout, before: Outcome, row: SiteRow | null, now: number): Looked {
  if (hasEnded(before)) return { outcome: before, isBusy: false };
  if (row === null) return SKIPPED('gone');
  const standing = updateOf(row);
  if (standing === null || standing.wish.rollout !== rollout.id) {
    return before.state === 'pending' ? notBegun(rollout, before, row) : SKIPPED('replaced');
  }
  const { state, reason, toldAt } = standing;
  if (state === 'updated') return { outcome: { state }, isBusy: false };
  if (state === 'failed') return { outcome: { state, ...(reason && { reason }) }, isBusy: false };
  if (state === 'waiting') return { outcome: { state }, isBusy: row.connected };
  const awaySince = row.connected ? now : Math.max(row.since ?? 0, toldAt ?? 0);
  return now - awaySince > LOST_MS
    ? { outcome: { state: 'failed', reason: 'lost' }, isBusy: false }
    : { outcome: { state: 'under_way' }, isBusy: true };
}

function notBegun({ version }: Rollout, before: Outcome, { agentVersion }: SiteRow): Looked {
  if (agentVersion === version) return { outcome: { state: 'updated' }, isBusy: false };
  if (agentVersion !== undefined && isLater(agentVersion, version)) return SKIPPED('newer');
  return { outcome: before, isBusy: true };
}
