// The verdicts on all writes that are in doubt at one terminal, the later ones of a user first.
import { SerenoError } from '../../../shared/errors.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { failure } from '../../result.ts';
import { refreshData } from '../../zk/control.ts';
import type { Conversation } from '../../zk/conversation.ts';
import { tolerateRefusal } from '../../zk/errors.ts';
import { decodeUser } from '../../zk/users.ts';
import type { Roster } from '../tables/roster.ts';
import type { RosterCache } from '../tables/roster-cache.ts';
import type { WriteJob } from '../write-job.ts';
import type { JobResult } from './window-results.ts';

export interface Verdicts {
  readonly known: readonly JobResult[];
  /** The record is as wanted; more is left to do. */
  readonly unfinished: readonly WriteJob[];
  /** It had no effect at the terminal: it is run again. */
  readonly again: readonly WriteJob[];
  /** It had no effect at the terminal yet, but another agent might still make it. */
  readonly contested: readonly WriteJob[];
}

/**
 * What the terminal holds after writes that were cut off somewhere. It uses them, and some terminals show them, only after a
 * refresh, which may have been cut off too: so that comes first.
 */
export async function lookAndRefresh(
  conversation: Conversation,
  cache: RosterCache,
  signal?: AbortSignal,
): Promise<Roster> {
  const options = signal === undefined ? {} : { signal };
  // A refusal changes nothing of what is stored.
  await tolerateRefusal(refreshData(conversation, options));
  return await cache.fresh(conversation, { force: true, ...options });
}

/** Those of `jobs` that another agent might still make. Call it before the roster is read that judges them. */
export function elsewhere(jobs: readonly WriteJob[]): ReadonlySet<WriteJob> {
  return new Set(jobs.filter(({ rules }) => rules.mayBeElsewhere()));
}

/**
 * Judges jobs in doubt by a roster that was read after them. Of those that were begun here the last write of a user tells of
 * the ones before it: if it is there, they were too.
 * @param open what another agent might still make, as it was before the roster was read
 */
export function judgeAll(
  jobs: readonly WriteJob[],
  open: ReadonlySet<WriteJob>,
  roster: Roster,
  { id: device, encoding }: DeviceSettings,
): Verdicts {
  const known: JobResult[] = [];
  const unfinished: WriteJob[] = [];
  const again: WriteJob[] = [];
  const contested: WriteJob[] = [];
  /** Badges, and single records of them, of which a later write tells. */
  const proven = new Set<string>();
  for (const job of jobs.toReversed()) {
    const { wish, rules } = job;
    const { uid, preimage, acknowledged = false } = job.traces;
    const { userId } = wish;
    // A record of another width comes from the terminal that stood here before: it says nothing about this one.
    const isOfThis = preimage?.length === roster.width;
    const before = isOfThis ? decodeUser(preimage, roster.width, encoding) : null;
    const verdict = wish.judge({ uid, before, acknowledged, roster, inTime: rules.timeLeft() > 0 });
    const isBegunHere = uid !== null;
    const isProven = isBegunHere && (proven.has(userId) || proven.has(recordKey(userId, uid)));
    if (verdict.kind === 'succeeded' || isProven) {
      if (isBegunHere) proven.add(wish.coversBadge ? userId : recordKey(userId, uid));
      const data = verdict.kind === 'succeeded' ? verdict.result : wish.whenOvertaken(uid);
      if (wish.finish !== null) {
        job.leaveToFinish(uid, 'readback');
        unfinished.unshift(job);
      } else known.push({ job, result: { status: 'ok', data, verified: 'readback' } });
    } else if (open.has(job)) {
      contested.unshift(job);
    } else if (verdict.kind === 'unknown' || (!isBegunHere && rules.isSuperseded())) {
      // Of two records under its uid the terminal changed one; or a later change of the same user has covered it.
      const error = new SerenoError('outcome_unknown', { params: { device }, applied: 'unknown' });
      known.push({ job, result: failure(error) });
    } else if (verdict.kind === 'failed') {
      known.push({ job, result: failure(verdict.error) });
    } else {
      again.unshift(job);
    }
  }
  return { known, unfinished, again, contested };
}

/** No badge has a zero byte. */
function recordKey(userId: string, uid: number): string {
  return `${userId}\0${uid}`;
}
