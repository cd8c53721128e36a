// A round over the roll-outs that are open, every minute: looks at their branches, begins with those whose turn it is, and stops or ends.
//
// Whoever is killed in between is followed by the next round: a wish names its roll-out, so no branch is begun with twice; how branches stand is
// noted before anything follows from it, and what follows is told before it is noted.
import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import type { Happening } from '../../shared/wire/happening.ts';
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { sideBySide } from '../bounded.ts';
import type { SiteRow } from '../directory/rows.ts';
import { dueUpdate, type UpdateWish, updateOf } from '../directory/update.ts';
import { about, log } from '../log.ts';
import { lookAt } from './outcomes.ts';
import { type Branches, countsOf, hasEnded, nextOf, type Outcome, type Rollout, reachOf } from './rollout.ts';
import type { Rollouts } from './rollouts.ts';
import { tellUpdate, type UpdateTellers } from './telling.ts';

export interface RolloutPorts extends UpdateTellers {
  readonly rollouts: Rollouts;
  /** The rows of these branches that there are. */
  readonly rows: (tenant: string, sites: readonly string[]) => Promise<readonly SiteRow[]>;
  /** Tells the feed. */
  readonly tell: (tenant: string, events: readonly Happening[]) => Promise<unknown>;
}

const LANES = 20;

/** All that are open. What fails now is tried again in a minute. */
export async function attendRollouts(ports: RolloutPorts, endsAt: number): Promise<void> {
  for (const { tenant, id } of await ports.rollouts.everyOpen()) {
    if (ports.clock.now() > endsAt) return;
    await about({ tenant }, async () => {
      try {
        await attend(ports, tenant, id, endsAt);
      } catch (error) {
        log.error('roll-out not attended', error as Error);
      }
    });
  }
}

async function attend(ports: RolloutPorts, tenant: string, id: string, endsAt: number): Promise<void> {
  const { rollouts, clock } = ports;
  const [rollout, branches] = await Promise.all([rollouts.get(tenant, id), rollouts.branches(tenant, id)]);
  if (rollout === null || branches === null) return;
  if (rollout.endedAt !== null) return rollouts.leave(rollout);
  const { outcomes, isQuiet } = await look(ports, rollout, branches, endsAt);
  const isNew = outcomes.some((outcome, index) => outcome !== branches.outcomes[index]);
  if (isNew && !(await rollouts.noteOutcomes(rollout, branches, outcomes))) return;
  const change = await follow(ports, rollout, outcomes, isQuiet);
  const counts = countsOf(outcomes);
  if (change === null && JSON.stringify(counts) === JSON.stringify(rollout.counts)) return;
  if (!(await rollouts.change(rollout, { ...change, counts, countedAt: clock.now() }))) return;
  if (typeof change?.endedAt === 'number') await rollouts.leave({ ...rollout, ...change });
}

interface Looks {
  readonly outcomes: readonly Outcome[];
  readonly isQuiet: boolean;
}

/** How every branch stands that has not ended, once those are begun with whose turn it is. */
async function look(
  ports: RolloutPorts,
  rollout: Rollout,
  { sites, outcomes }: Branches,
  endsAt: number,
): Promise<Looks> {
  const { tenant, state } = rollout;
  const reach = reachOf(rollout, sites.length);
  const isTurn = (index: number) =>
    index < reach || outcomes[index]?.state !== 'pending' || state === 'cancelled';
  const open = sites.flatMap((site, index) => {
    const before = outcomes[index];
    return before !== undefined && isTurn(index) && !hasEnded(before) ? [{ site, index, before }] : [];
  });
  const rows = new Map(
    (
      await ports.rows(
        tenant,
        open.map(({ site }) => site),
      )
    ).map((row) => [row.site, row]),
  );
  const after = [...outcomes];
  let isQuiet = true;
  await sideBySide(open, LANES, async ({ site, index, before }) => {
    const looked = lookAt(rollout, before, rows.get(site) ?? null, ports.clock.now());
    const outcome = await drive(ports, rollout, looked.outcome, rows.get(site), endsAt);
    if (looked.isBusy && !hasEnded(outcome)) isQuiet = false;
    if (outcome.state !== before.state || outcome.reason !== before.reason) after[index] = outcome;
  });
  return { outcomes: after, isQuiet };
}

/** Does what is to be done about one branch. @returns how it stands then */
async function drive(
  ports: RolloutPorts,
  rollout: Rollout,
  outcome: Outcome,
  row: SiteRow | undefined,
  endsAt: number,
): Promise<Outcome> {
  if (row === undefined || hasEnded(outcome)) return outcome;
  const now = ports.clock.now();
  const at = { tenant: rollout.tenant, site: row.site };
  const isOver = now > rollout.endsAt;
  if (rollout.state === 'cancelled' || isOver)
    return called(ports, outcome, at, row, isOver ? 'expired' : 'cancelled');
  if (rollout.state !== 'running' || now > endsAt) return outcome;
  if (outcome.state === 'pending') return begin(ports, rollout, at, row);
  const due = row.connected ? dueUpdate(row, now) : null;
  if (due !== null) await tellUpdate(ports, at, due);
  return outcome;
}

async function begin(ports: RolloutPorts, rollout: Rollout, at: SiteAddress, row: SiteRow): Promise<Outcome> {
  const { wishes, clock } = ports;
  const { id, version, url, sha256 } = rollout;
  const now = clock.now();
  const wish: UpdateWish = { id: ulid(now), version, url, sha256, askedAt: now, rollout: id };
  // Somebody else wants something there at this very moment: the next round sees what.
  if (!(await wishes.put(at, wish, updateOf(row)?.wish.id))) return { state: 'pending' };
  if (row.connected) await tellUpdate(ports, at, wish);
  return { state: 'waiting' };
}

/** It is over: who was not told is not told any more, who was is waited for, but not for ever. */
async function called(
  { wishes }: RolloutPorts,
  outcome: Outcome,
  at: SiteAddress,
  row: SiteRow,
  reason: 'cancelled' | 'expired',
): Promise<Outcome> {
  const skipped: Outcome = { state: 'skipped', reason };
  if (outcome.state === 'pending') return skipped;
  const wish = updateOf(row)?.wish;
  if (outcome.state === 'waiting' && wish !== undefined && (await wishes.withdraw(at, wish.id)))
    return skipped;
  // What is known of such a branch will not change by waiting.
  return reason === 'expired' || outcome.reason === 'lost' ? { state: 'failed', reason: 'no_word' } : outcome;
}

/** What follows from how all of them stand, told before it is noted; null: nothing. */
async function follow(
  { tell, clock }: RolloutPorts,
  rollout: Rollout,
  outcomes: readonly Outcome[],
  isQuiet: boolean,
): Promise<Partial<Rollout> | null> {
  const now = clock.now();
  const { tenant, id, step, accepted } = rollout;
  const next = nextOf(rollout, outcomes, isQuiet, now);
  if (next !== 'nothing') log.info('roll-out', { rollout: id, next, step });
  switch (next) {
    case 'stop':
      await tell(tenant, [eventOf('rollout.stopped', rollout, outcomes, now, `${accepted}`)]);
      return { state: 'stopped' };
    case 'end': {
      await tell(tenant, [eventOf('rollout.done', rollout, outcomes, now, '')]);
      return { endedAt: now, ...(rollout.state === 'cancelled' ? {} : { state: 'done' as const }) };
    }
    case 'step':
      return { step: step + 1, stepEndedAt: null };
    case 'note_step':
      return { stepEndedAt: now };
    case 'unnote_step':
      return { stepEndedAt: null };
    case 'nothing':
      return null;
  }
}

/** The same for the same stop or end, whoever tells it. */
function eventOf(
  type: 'rollout.stopped' | 'rollout.done',
  { id, version, state }: Rollout,
  outcomes: readonly Outcome[],
  at: number,
  which: string,
): Happening {
  const { updated, failed, skipped } = countsOf(outcomes);
  return {
    id: createHash('sha256')
      .update(JSON.stringify([type, id, which]))
      .digest('hex')
      .slice(0, 32),
    type,
    at,
    data: { rollout_id: id, version, cancelled: state === 'cancelled', updated, failed, skipped },
  };
}
