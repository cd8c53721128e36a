// The verdicts on all writes that are in doubt at one terminal, the later ones of a user first.
import { SerenoError } from '../../../shared/errors.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { refreshData } from '../../zk/control.ts';
import type { Conversation } from '../../zk/conversation.ts';
import { decodeUser } from '../../zk/users.ts';
import { isBroken } from '../session/errors.ts';
import { failure, type Result } from '../session/result.ts';
import type { Roster } from '../tables/roster.ts';
import type { RosterCache } from '../tables/roster-cache.ts';
import { judge } from './doubt.ts';
import type { DueRestore } from './restores-due.ts';
import type { DoubtfulJob, WriteJob } from './write-job.ts';

export interface Verdicts {
  /** Known now: to be told. */
  readonly told: readonly { readonly job: WriteJob; readonly outcome: Result }[];
  /** Users that are back; their fingers may not be yet. */
  readonly restored: readonly DueRestore[];
  /** Nothing of it is at the terminal: to be run again. */
  readonly again: readonly DoubtfulJob[];
  /** Nothing of it is at the terminal, and another agent might still make it. */
  readonly contested: readonly DoubtfulJob[];
}

/**
 * What the terminal holds after writes of which nobody knows how far they came. They are only used there once it is
 * told to refresh, which may have been cut off too.
 */
export async function lookAndRefresh(
  conversation: Conversation,
  cache: RosterCache,
  signal?: AbortSignal,
): Promise<Roster> {
  const options = signal === undefined ? {} : { signal };
  const roster = await cache.fresh(conversation, { force: true, ...options });
  try {
    await refreshData(conversation, options);
  } catch (error) {
    // A refusal changes nothing of what is stored.
    if (isBroken(error)) throw error;
  }
  return roster;
}

/** Those of `doubts` that another agent might still make; ask before the look that they are judged by. */
export function elsewhere(doubts: readonly DoubtfulJob[]): ReadonlySet<DoubtfulJob> {
  return new Set(doubts.filter(({ job }) => job.mayBeElsewhere()));
}

/**
 * Judges `doubts` by a roster that was read after them. Of those that were begun here the last write of a user tells of
 * the ones before it: if it is there, they were too.
 * @param open what another agent might still make, as it was before the roster was read
 */
export function judgeAll(
  doubts: readonly DoubtfulJob[],
  open: ReadonlySet<DoubtfulJob>,
  roster: Roster,
  { id: device, encoding }: DeviceSettings,
): Verdicts {
  const told: { job: WriteJob; outcome: Result }[] = [];
  const restored: DueRestore[] = [];
  const again: DoubtfulJob[] = [];
  const contested: DoubtfulJob[] = [];
  /** Badges, and single records of them, of which a later write tells. */
  const proven = new Set<string>();
  for (const doubt of doubts.toReversed()) {
    const { job, uid, preimage, acknowledged = false } = doubt;
    const userId = job.wish.args.user_id;
    // A record of another width is of the terminal that was there before: it tells nothing of this one.
    const isOfThis = preimage?.length === roster.width;
    const before = isOfThis ? decodeUser(preimage, roster.width, encoding) : null;
    const verdict = judge(job.wish, { uid, before, acknowledged }, roster, job.timeLeft() > 0);
    const isBegunHere = uid !== null;
    if (
      verdict.kind === 'succeeded' ||
      (isBegunHere && (proven.has(userId) || proven.has(recordKey(userId, uid))))
    ) {
      if (isBegunHere) proven.add(isOfWholeBadge(job.wish) ? userId : recordKey(userId, uid));
      const data = verdict.kind === 'succeeded' ? verdict.result : resultOf(job, uid);
      if (job.wish.op === 'user.restore') restored.unshift({ ...doubt, verified: 'readback' });
      else told.push({ job, outcome: { status: 'ok', data, verified: 'readback' } });
    } else if (open.has(doubt)) {
      contested.unshift(doubt);
    } else if (verdict.kind === 'unknown' || (!isBegunHere && job.isSuperseded())) {
      // Of two records under its uid the terminal changed one; or a later change of the same user has covered it.
      const error = new SerenoError('outcome_unknown', { params: { device }, applied: 'unknown' });
      told.push({ job, outcome: failure(error) });
    } else if (verdict.kind === 'failed') {
      told.push({ job, outcome: failure(verdict.error) });
    } else {
      again.unshift(doubt);
    }
  }
  return { told, restored, again, contested };
}

/** No badge has a zero byte. */
function recordKey(userId: string, uid: number): string {
  return `${userId}\0${uid}`;
}

/** True if all that was at the terminal of the badge before is covered: a write of one of several records tells of that alone. */
function isOfWholeBadge({ op, args }: WriteJob['wish']): boolean {
  if (op === 'user.put') return args.mode === 'create';
  return op === 'user.restore' || args.uid === undefined;
}

/** What a write that was overtaken by a later one answers. */
function resultOf(job: WriteJob, uid: number | null): unknown {
  const { wish } = job;
  if (wish.op !== 'user.put') return { user_id: wish.args.user_id };
  return { uid: uid ?? 0, user_id: wish.args.user_id, name: wish.args.fields.name ?? '' };
}
