// What became of the writes of a locked window, by what the terminal then shows.
import { SerenoError } from '../../../shared/errors.ts';
import type { Verified } from '../../../shared/wire/envelope.ts';
import { failure, type Result } from '../../result.ts';
import type { Roster } from '../tables/roster.ts';
import type { WriteJob } from '../write-job.ts';
import type { WritePlan } from './plan.ts';
import { isCreate, isGone, lastWord, withAllFields } from './verify.ts';

/** A write that was sent; a job has several where all records of a badge are to go. */
export interface Entry {
  readonly job: WriteJob;
  readonly plan: WritePlan;
  /** The terminal refused it. Some terminals keep what they refuse, so the table decides. */
  refusal: SerenoError | null;
  /** It was written with others at once: what became of them says little of this one. */
  readonly isBulk: boolean;
}

/** What became of one job. */
export interface JobResult {
  readonly job: WriteJob;
  readonly result: Result;
}

/** What a window leaves behind. `results` are final; the other jobs are not settled. */
export interface WindowReport {
  readonly results: readonly JobResult[];
  /** They had begun when the line broke, and it is not known what became of them. */
  readonly doubts: readonly WriteJob[];
  /** Not begun, or nothing of it is at the terminal. */
  readonly left: readonly WriteJob[];
  /** Those of them that a bulk has left out: each is to be written by itself. */
  readonly singly: readonly WriteJob[];
  /** The conversation is over, by this error. */
  readonly broken: unknown;
}

export interface Shown {
  readonly device: string;
  /** In the order in which they were sent. */
  readonly entries: readonly Entry[];
  /** What follows from a write that was not verified yet (`user_exists` after a create). */
  readonly dependent: readonly JobResult[];
  /** As it is now. */
  readonly roster: Roster;
  readonly verified: Verified;
  /** True if the terminal shows that a plan took effect. */
  readonly proves: (plan: WritePlan) => boolean;
  /** True if a write was refused for its uid alone: it is tried again with another one. */
  readonly wasForUid: (plan: WritePlan, refusal: SerenoError) => boolean;
  /** Called for each create that took effect or was finally refused. */
  readonly onCreate: (isThere: boolean) => void;
}

/** What is known now, and the jobs that must be served once more. */
export interface WindowResults {
  readonly results: readonly JobResult[];
  readonly left: readonly WriteJob[];
  /** As `left`: written with others at once, and nothing of it is there. */
  readonly singly: readonly WriteJob[];
}

/** The result of each job, by the last that can be seen of its user. */
export function resultsOf(shown: Shown): WindowResults {
  const { device, entries, dependent, roster, verified, proves, wasForUid, onCreate } = shown;
  const results: JobResult[] = [];
  const left: WriteJob[] = [];
  const singly: WriteJob[] = [];
  // The table may hold what was refused, and lack what was acknowledged: then what was written before is seen as it was left.
  const byUser = Map.groupBy(entries, ({ job: { wish } }) => wish.userId);
  const ofUserOf = ({ job: { wish } }: Entry) => byUser.get(wish.userId) ?? [];
  const ignored = new Set(entries.filter((entry) => isIgnored(entry, ofUserOf(entry), roster)));
  const traces = new Set(
    entries.filter(
      (entry) => (entry.refusal === null && !ignored.has(entry)) || proves(withAllFields(entry.plan)),
    ),
  );
  const traced = new Set([...traces].map(({ job }) => job));
  const unproven = new Set<string>();
  for (const entry of entries) {
    const { job, plan, refusal, isBulk } = entry;
    const userId = job.wish.userId;
    const isTrace = traced.has(job);
    const notKept = { device, what: '@kept_user', user_id: userId } as const;
    const fail = (error: SerenoError) => results.push({ job, result: failure(error) });
    if (isTrace && proves(lastWord(plan, laterOf(entry, ofUserOf(entry), traces)))) {
      if (isCreate(plan)) onCreate(true);
      results.push({ job, result: { status: 'ok', data: plan.result, verified } });
    } else if (isPartlyGone(job, ofUserOf(entry), roster)) {
      unproven.add(userId);
      fail(new SerenoError('not_verified', { params: notKept, applied: 'partial' }));
    } else if (ignored.has(entry)) {
      unproven.add(userId);
      singly.push(job);
    } else if (refusal !== null && !isBulk && wasForUid(plan, refusal)) {
      unproven.add(userId);
      left.push(job);
    } else if (refusal !== null && !isBulk) {
      if (isCreate(plan)) onCreate(false);
      fail(fullOr(refusal, plan, device, roster));
    } else {
      unproven.add(userId);
      const error = new SerenoError('not_verified', { params: notKept });
      const isAbsent = roster.all(userId).length === 0;
      fail(isAbsent ? fullOr(error, plan, device, roster) : error);
    }
  }
  for (const waiting of dependent) {
    if (unproven.has(waiting.job.wish.userId)) left.push(waiting.job);
    else results.push(waiting);
  }
  return { results, left, singly };
}

/** True for what was written with others at once where the terminal is as it was before, and nothing later can have undone it. */
function isIgnored(entry: Entry, ofUser: readonly Entry[], roster: Roster): boolean {
  const { plan, isBulk } = entry;
  if (!isBulk || plan.kind === 'delete' || ofUser.at(-1) !== entry) return false;
  const { before, after } = plan;
  if (before === null) return roster.all(after.userId).length === 0 && roster.at(after.uid).length === 0;
  const [record, another] = roster.at(before.uid);
  return another === undefined && record?.raw.equals(before.raw) === true;
}

/** True if some of the records that a job was to delete are gone. */
function isPartlyGone(job: WriteJob, entries: readonly Entry[], roster: Roster): boolean {
  return entries.some(
    ({ job: of, plan }) => of === job && plan.kind === 'delete' && isGone(plan.before, roster),
  );
}

/** Those of `traces` that came after it and were about its badge; `ofUser`: all that were. */
function laterOf(entry: Entry, ofUser: readonly Entry[], traces: ReadonlySet<Entry>): WritePlan[] {
  const later = ofUser.slice(ofUser.indexOf(entry) + 1);
  return later.filter((each) => traces.has(each)).map(({ plan }) => plan);
}

/** A full terminal refuses somebody new without saying why; its counts show it. */
function fullOr(refusal: SerenoError, plan: WritePlan, device: string, roster: Roster): SerenoError {
  const { users = 0 } = roster.counters?.capacity ?? {};
  if (!isCreate(plan) || !isFull(roster)) return refusal;
  return new SerenoError('device_full', { params: { device, got: roster.size, max: users }, cause: refusal });
}

/** True if there is no room for another user, by the terminal's own account. */
export function isFull(roster: Roster): boolean {
  const { users = 0 } = roster.counters?.capacity ?? {};
  return users > 0 && roster.size >= users;
}
