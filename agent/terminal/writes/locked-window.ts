// A locked window: the terminal is disabled, its counters are asked for again, writes, one verification, one refresh, enabled again.
import type { SerenoError } from '../../../shared/errors.ts';
import type { Verified } from '../../../shared/wire/envelope.ts';
import { refreshData } from '../../zk/control.ts';
import { type Counters, sameCounters } from '../../zk/counters.ts';
import { tolerateRefusal } from '../../zk/errors.ts';
import { DISABLED_MS } from '../ports.ts';
import { Disablement } from '../session/disabled.ts';
import type { Roster } from '../tables/roster.ts';
import type { WriteJob } from '../write-job.ts';
import type { WritePlan } from './plan.ts';
import { seen } from './proof.ts';
import { countersMoved, isCreate, rosterProves } from './verify.ts';
import { isFull, type JobResult, resultsOf, type WindowReport } from './window-results.ts';
import { Writing, type WritingContext } from './writing.ts';

export interface WindowContext extends WritingContext {
  /** Told of all results so far as soon as writes are seen at the terminal, while it is still disabled. */
  readonly onKnown: (results: readonly JobResult[]) => void;
}

/** The writes of one window on one conversation. Use once. */
export class LockedWindow {
  readonly #context: WindowContext;
  #roster: Roster;
  #disablement: Disablement | null = null;
  #isRefreshed = false;
  readonly #writing: Writing;
  readonly #results: JobResult[] = [];
  readonly #left: WriteJob[] = [];
  /** Of a bulk: each must be tried by itself. */
  readonly #singly: WriteJob[] = [];

  constructor(context: WindowContext, roster: Roster) {
    this.#context = context;
    this.#roster = roster;
    this.#writing = new Writing(
      context,
      () => this.#roster,
      () => this.#lasts,
    );
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
      if (!readInside && cache.counts) await this.#writing.ahead(jobs);
      this.#disablement = await Disablement.begin(this.#context);
      let before = await cache.counters(conversation);
      if ((before === null || !cache.counts || readInside) && this.#fits()) {
        this.#roster = await cache.read(conversation, { before });
        before = this.#roster.counters;
      } else if (!this.#unchanged(before)) {
        await this.#enable();
        await this.#writing.forgetAhead();
        return null;
      }
      await this.#writing.all(jobs, more);
      await this.#finish(before);
      await this.#writing.forgetAhead();
      return {
        results: [...this.#writing.decided, ...this.#results],
        doubts: [],
        left: this.#inOrder(jobs, [...this.#left, ...this.#singly, ...this.#writing.left]),
        singly: this.#singly,
        broken: null,
      };
    } catch (error) {
      return this.#broken(jobs, error);
    } finally {
      this.#disablement?.leave();
    }
  }

  /** As they came: of two writes of one user the later one must not go first. */
  #inOrder(jobs: readonly WriteJob[], some: readonly WriteJob[]): WriteJob[] {
    const meant = new Set(some);
    return [...jobs, ...this.#writing.brought].filter((job) => meant.has(job));
  }

  #broken(jobs: readonly WriteJob[], error: unknown): WindowReport {
    const { entries, decided, dependent, brought, left: unsent } = this.#writing;
    const results = [...decided, ...this.#results];
    const done = new Set(results.map(({ job }) => job));
    const begun = new Set(entries.map(({ job }) => job));
    const doubts = [...begun].filter((job) => !done.has(job));
    for (const job of doubts) done.add(job);
    const waiting = [...jobs, ...brought, ...dependent.map(({ job }) => job), ...this.#left, ...unsent];
    const left = [...new Set(waiting)].filter((job) => !done.has(job));
    return { results, doubts, left, singly: [], broken: error };
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

  async #enable(behind?: () => Promise<void>): Promise<void> {
    await this.#disablement?.end(behind);
  }

  /** The caller is told as soon as it can be seen; what follows is made good by the next conversation if this one breaks. */
  async #finish(before: Counters | null): Promise<void> {
    if (this.#writing.entries.length === 0) return await this.#enable();
    const { cache } = this.#context;
    const { counting, showsAfterRefresh } = cache.known.dialect;
    const early = counting === null || showsAfterRefresh ? 'not yet' : await this.#look(before);
    // The keypad need not wait for the refresh of what is seen already.
    if (early === 'seen') return await this.#enable(() => this.#refresh());
    await this.#refresh();
    const late = early === 'table' ? early : await this.#look(before);
    if (late !== 'seen') return await this.#readBack(before);
    if (counting === true && !showsAfterRefresh) cache.known.learn({ showsAfterRefresh: true });
    await this.#enable();
  }

  /** Whether the writes can be seen without the whole table; if so, tells what became of them. */
  async #look(before: Counters | null): Promise<'seen' | 'not yet' | 'table'> {
    const proof = await seen(this.#context, this.#writing.entries, this.#roster, before);
    if (typeof proof === 'string') return proof;
    const { after, verified } = proof;
    this.#roster.counters = after;
    this.#roster.isBeforeRefresh = !this.#isRefreshed;
    if (verified === 'readback') this.#sawCount(before, after);
    if (this.#writing.wasAhead) this.#context.bulk.keptAhead();
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
    // What was written and is not seen yet is on it: the counters of before do not belong to that.
    this.#roster.counters = null;
    const roster = await cache.read(conversation);
    this.#conclude((plan) => rosterProves(plan, roster), 'readback', roster);
    const isClear = this.#writing.entries.every(
      ({ plan, refusal }) => refusal === null && rosterProves(plan, roster),
    );
    if (isClear) this.#sawCount(before, roster.counters);
    if (isClear && this.#hasBulk) {
      this.#context.bulk.proved();
      if (cache.known.dialect.bulkWrite === null) cache.known.learn({ bulkWrite: true });
    }
    if (fits) await this.#enable();
  }

  get #hasBulk(): boolean {
    return this.#writing.entries.some(({ isBulk }) => isBulk);
  }

  #sawCount(before: Counters | null, after: Counters | null): void {
    if (before === null || after === null) return;
    const plans = this.#writing.entries.map(({ plan }) => plan);
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
    const { results, left, singly } = resultsOf({
      device: device.id,
      entries: this.#writing.entries,
      dependent: this.#writing.dependent,
      roster,
      verified,
      proves,
      wasForUid: (plan, refusal) => this.#refusedForUid(plan, refusal, roster),
      onCreate: (isThere) => cache.uids.sawCreate(isThere),
    });
    this.#results.push(...results);
    this.#left.push(...left);
    this.#singly.push(...singly);
    if (singly.length > 0 && this.#writing.wasAhead) this.#context.bulk.lostAhead();
    this.#context.onKnown(this.#results);
  }
}
