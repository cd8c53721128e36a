// A locked window: the terminal is disabled, its counters are asked for again, writes, one refresh, one verification, enabled again.
import { SerenoError } from '../../../shared/errors.ts';
import type { Verified } from '../../../shared/wire/envelope.ts';
import { failure, type Result } from '../../result.ts';
import { refreshData } from '../../zk/control.ts';
import { type Counters, sameCounters } from '../../zk/counters.ts';
import { tolerateRefusal } from '../../zk/errors.ts';
import { deleteUser, type UserRecord, writeUser } from '../../zk/users.ts';
import { DISABLED_MS } from '../ports.ts';
import { Disablement } from '../session/disabled.ts';
import { isBroken, toSerenoError } from '../session/errors.ts';
import type { Roster } from '../tables/roster.ts';
import type { WriteJob } from '../write-job.ts';
import type { WriteContext } from './context.ts';
import type { FingersToKeep } from './fingers-to-keep.ts';
import { applyPlan, type PlanContext, type WritePlan } from './plan.ts';
import { seen } from './proof.ts';
import { encodeUndoCopy } from './undo-copy.ts';
import { countersMoved, isCreate, rosterProves, uidOf } from './verify.ts';
import { type Entry, isFull, type JobResult, resultsOf, type WindowReport } from './window-results.ts';
import { planContext } from './without-writing.ts';

/** No further write begins after this: refresh, verification and enabling need their time too. */
const WRITING_MS = 8000;

export interface WindowContext extends WriteContext {
  /** What deletes must keep; one whose user was not looked at waits for the next window. */
  readonly fingers: FingersToKeep;
  /** Told of all results so far as soon as writes are seen at the terminal, while it is still disabled. */
  readonly onKnown: (results: readonly JobResult[]) => void;
}

/** What follows a write in this window: the next one; nothing; or nothing, and this write itself must wait for a later window. */
type Onward = 'next' | 'last' | 'later';

/** The writes of one window on one conversation. Use once. */
export class LockedWindow {
  readonly #context: WindowContext;
  #roster: Roster;
  #disablement: Disablement | null = null;
  #isRefreshed = false;
  readonly #entries: Entry[] = [];
  readonly #results: JobResult[] = [];
  /** What follows from a write of this window that is not verified yet (`user_exists` after a create). */
  readonly #dependent: JobResult[] = [];
  readonly #left: WriteJob[] = [];

  constructor(context: WindowContext, roster: Roster) {
    this.#context = context;
    this.#roster = roster;
  }

  /**
   * Serves `jobs` and what `more` still brings while there is time. Null: the terminal's users changed just
   * before it was disabled; it is enabled again, nothing was written, and the roster must be read anew.
   * `readInside` reads the table while it is disabled instead: for a terminal without counters, and for one
   * whose counters never come to rest.
   */
  async run(
    jobs: readonly WriteJob[],
    more: () => WriteJob | undefined,
    readInside: boolean,
  ): Promise<WindowReport | null> {
    const { cache, conversation } = this.#context;
    try {
      this.#disablement = await Disablement.begin(this.#context);
      let before = await cache.counters(conversation);
      if ((before === null || !cache.counts || readInside) && this.#fits()) {
        this.#roster = await cache.read(conversation, { before });
        before = this.#roster.counters;
      } else if (!this.#unchanged(before)) {
        await this.#enable();
        return null;
      }
      await this.#writeAll(jobs, more);
      await this.#finish(before);
      return { results: this.#results, doubts: [], left: this.#left, broken: null };
    } catch (error) {
      return this.#broken(jobs, error);
    } finally {
      this.#disablement?.leave();
    }
  }

  #broken(jobs: readonly WriteJob[], error: unknown): WindowReport {
    const done = new Set(this.#results.map(({ job }) => job));
    const begun = new Set(this.#entries.map(({ job }) => job));
    const doubts = [...begun].filter((job) => !done.has(job));
    for (const job of doubts) done.add(job);
    const waiting = [...jobs, ...this.#dependent.map(({ job }) => job), ...this.#left];
    const left = [...new Set(waiting)].filter((job) => !done.has(job));
    return { results: this.#results, doubts, left, broken: error };
  }

  /** True if another full read is likely to end before the terminal must be enabled. */
  #fits(): boolean {
    return this.#context.cache.readsWithin(DISABLED_MS - this.#lasts);
  }

  /** A terminal without counters whose table is too large to be read while it is disabled: nothing to compare. */
  #unchanged(before: Counters | null): boolean {
    const known = this.#roster.counters;
    return before === null || known === null ? before === known : sameCounters(before, known);
  }

  /** How long the terminal has been disabled, ms. */
  get #lasts(): number {
    return this.#disablement?.lasts ?? 0;
  }

  async #enable(): Promise<void> {
    await this.#disablement?.end();
  }

  async #writeAll(jobs: readonly WriteJob[], more: () => WriteJob | undefined): Promise<void> {
    const waiting = [...jobs];
    for (let job = waiting.shift() ?? more(); job !== undefined; job = waiting.shift() ?? more()) {
      if (this.#lasts > WRITING_MS) {
        this.#left.push(job, ...waiting);
        return;
      }
      const onward = await this.#write(job);
      if (onward === 'next') continue;
      this.#left.push(...(onward === 'later' ? [job] : []), ...waiting);
      return;
    }
  }

  /** A write that must wait for a later window holds back those behind it: they must not overtake it. */
  async #write(job: WriteJob): Promise<Onward> {
    const { device, cache } = this.#context;
    const userId = job.wish.userId;
    if (job.isOver) return 'next';
    try {
      const context = planContext(device, cache, this.#roster);
      const plan = job.wish.plan(this.#roster, context);
      if (plan.kind === 'nothing') {
        this.#decide(job, { status: 'ok', data: plan.result, verified: 'readback' });
        return 'next';
      }
      if (job.rules.timeLeft() <= 0) throw new SerenoError('expired');
      if (job.rules.isSuperseded()) throw new SerenoError('superseded', { params: { user_id: userId } });
      if (plan.kind === 'delete' && !this.#keep(job, plan.before)) return 'later';
      job.begin(uidOf(plan), plan.before);
      if (!(await this.#send(job, plan))) return 'last';
      return plan.kind === 'delete' && plan.wholeBadge ? await this.#sendRest(job, context) : 'next';
    } catch (error) {
      if (isBroken(error)) throw error;
      this.#decide(job, failure(toSerenoError(error, device)));
    }
    return 'next';
  }

  /** The other records of a badge all of whose records are to go. */
  async #sendRest(job: WriteJob, context: PlanContext): Promise<Onward> {
    while (this.#roster.all(job.wish.userId).length > 0) {
      try {
        const plan = job.wish.plan(this.#roster, context);
        if (plan.kind !== 'delete') break;
        job.begin(uidOf(plan), plan.before);
        if (!(await this.#send(job, plan))) return 'last';
      } catch (error) {
        if (isBroken(error)) throw error;
        return this.#endRest(job, error);
      }
    }
    return 'next';
  }

  /** Some records of the badge are left and cannot be written: what has become of it is read back. */
  #endRest(job: WriteJob, error: unknown): Onward {
    const last = this.#entries.findLast((entry) => entry.job === job);
    if (last === undefined) throw error;
    last.refusal = toSerenoError(error, this.#context.device);
    return 'last';
  }

  /** False if the fingers that go with the user have not been read. */
  #keep(job: WriteJob, { uid, raw }: UserRecord): boolean {
    const { keep } = job.rules;
    if (keep === null) return true;
    const fingers = this.#context.fingers.get(uid);
    if (fingers === undefined) return false;
    keep(encodeUndoCopy({ width: this.#roster.width, raw, fingers }));
    return true;
  }

  /**
   * From here on the job is in doubt until it is verified. False if the terminal refused: what the roster is now is
   * known only once it is read back.
   */
  async #send(job: WriteJob, plan: WritePlan): Promise<boolean> {
    const { conversation, device, cache } = this.#context;
    const entry: Entry = { job, plan, refusal: null };
    this.#entries.push(entry);
    try {
      if (plan.kind === 'delete') {
        await deleteUser(conversation, plan.before.uid);
      } else {
        cache.uids.used.add([plan.after.uid]);
        await writeUser(conversation, plan.after.raw);
      }
    } catch (error) {
      if (isBroken(error)) throw error;
      entry.refusal = toSerenoError(error, device);
      return false;
    }
    job.acknowledge();
    applyPlan(plan, this.#roster);
    return true;
  }

  #decide(job: WriteJob, result: Result): void {
    const userId = job.wish.userId;
    const depends = this.#entries.some((entry) => entry.job.wish.userId === userId);
    (depends ? this.#dependent : this.#results).push({ job, result });
  }

  /** The caller is told as soon as it can be seen; what follows is made good by the next conversation if this one breaks. */
  async #finish(before: Counters | null): Promise<void> {
    if (this.#entries.length === 0) return await this.#enable();
    const { cache } = this.#context;
    const { counting, showsAfterRefresh } = cache.known.dialect;
    const early = counting === null || showsAfterRefresh ? 'not yet' : await this.#look(before);
    await this.#refresh();
    if (early === 'seen') return await this.#enable();
    const late = early === 'table' ? early : await this.#look(before);
    if (late !== 'seen') return await this.#readBack(before);
    if (counting === true && !showsAfterRefresh) cache.known.learn({ showsAfterRefresh: true });
    await this.#enable();
  }

  /** Whether the writes can be seen without the whole table; if so, tells what became of them. */
  async #look(before: Counters | null): Promise<'seen' | 'not yet' | 'table'> {
    const proof = await seen(this.#context, this.#entries, this.#roster, before);
    if (typeof proof === 'string') return proof;
    const { after, verified } = proof;
    this.#roster.counters = after;
    this.#roster.isBeforeRefresh = !this.#isRefreshed;
    if (verified === 'readback') this.#sawCount(before, after);
    this.#conclude(() => true, verified);
    await proof.free();
    return 'seen';
  }

  /** What the terminal has stored it uses from here on. It would by itself, sooner or later. */
  async #refresh(): Promise<void> {
    await tolerateRefusal(refreshData(this.#context.conversation));
    this.#isRefreshed = true;
  }

  /** While still disabled if it fits into the window, else after enabling. */
  async #readBack(before: Counters | null): Promise<void> {
    const { cache, conversation } = this.#context;
    const fits = this.#fits();
    if (!fits) await this.#enable();
    const roster = await cache.read(conversation);
    this.#conclude((plan) => rosterProves(plan, roster), 'readback', roster);
    const isClear = this.#entries.every(
      ({ plan, refusal }) => refusal === null && rosterProves(plan, roster),
    );
    if (isClear) this.#sawCount(before, roster.counters);
    if (fits) await this.#enable();
  }

  #sawCount(before: Counters | null, after: Counters | null): void {
    if (before === null || after === null) return;
    const plans = this.#entries.map(({ plan }) => plan);
    this.#context.cache.sawCount(countersMoved(plans, before, after));
  }

  /**
   * True if a new user may have been refused for the uid alone, being above all others: it is tried again with another one.
   */
  #refusedForUid(plan: WritePlan, { code }: SerenoError, roster: Roster): boolean {
    if (plan.kind !== 'put' || !isCreate(plan) || code !== 'device_refused') return false;
    const { cache } = this.#context;
    const { uid } = plan.after;
    if (isFull(roster) || uid <= roster.highestUid) return false;
    return cache.uids.refused(uid, roster);
  }

  #conclude(proves: (plan: WritePlan) => boolean, verified: Verified, roster: Roster = this.#roster): void {
    const { device, cache } = this.#context;
    const { results, left } = resultsOf({
      device: device.id,
      entries: this.#entries,
      dependent: this.#dependent,
      roster,
      verified,
      proves,
      wasForUid: (plan, refusal) => this.#refusedForUid(plan, refusal, roster),
      onCreate: (isThere) => cache.uids.sawCreate(isThere),
    });
    this.#results.push(...results);
    this.#left.push(...left);
    this.#context.onKnown(this.#results);
  }
}
