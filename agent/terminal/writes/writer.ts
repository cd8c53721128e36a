// The writes of one terminal: served in locked windows, and looked for first where an earlier conversation left them in doubt.
import { SerenoError } from '../../../shared/errors.ts';
import { type Clock, limitOf } from '../../clock.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { failure } from '../../result.ts';
import { enable, refreshData } from '../../zk/control.ts';
import type { Conversation } from '../../zk/conversation.ts';
import { isForgotten, tolerateRefusal } from '../../zk/errors.ts';
import { DISABLED_MS, type DisableNote, type Together } from '../ports.ts';
import { isBroken, unreachable } from '../session/errors.ts';
import type { Mode } from '../session/modes.ts';
import type { Roster } from '../tables/roster.ts';
import type { RosterCache } from '../tables/roster-cache.ts';
import type { WriteJob } from '../write-job.ts';
import { BulkUse, Retried } from './bulk-use.ts';
import type { WriteContext } from './context.ts';
import { readForUndo } from './fingers-to-keep.ts';
import { finishAll, settleFinished } from './finishing.ts';
import { LockedWindow } from './locked-window.ts';
import { isBadgeRefused } from './plan.ts';
import type { PunchedUids } from './punched-uids.ts';
import { elsewhere, judgeAll, lookAndRefresh } from './verdicts.ts';
import type { JobResult } from './window-results.ts';
import { allNeedWriting, planContext, settleWithoutWriting } from './without-writing.ts';

/** From this round on, a table that keeps changing is read while the terminal is disabled. */
const ROUNDS_BEFORE_READING_INSIDE = 3;
const ROUNDS = 5;
/** A terminal that was left disabled is looked at for no longer than this before it is enabled. */
const LOOK_MS = 5000;

/** Writes that wait. Each is taken out when it is settled, so that the list is right if the conversation breaks. */
export interface Batch {
  waiting: WriteJob[];
}

export interface WriterPorts {
  readonly device: DeviceSettings;
  readonly clock: Clock;
  readonly note: DisableNote;
  readonly together: Together;
  readonly punched: PunchedUids;
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
  /** Asks anew which badges the terminal takes. @returns true if it was asked @throws ZkError */
  readonly askLimits: (conversation: Conversation) => Promise<boolean>;
  /** The conversation cannot be trusted any more. */
  readonly drop: () => void;
}

export class Writer {
  readonly #ports: WriterPorts;
  readonly #bulk = new BulkUse();
  #doubts: WriteJob[] = [];
  /** The last look at a terminal that may be disabled did not end, or there is no time for one. */
  #enableFirst = false;
  /** What is in doubt could not be settled the last time. Questions do not wait for it until it is. */
  #isUnsettled = false;

  constructor(ports: WriterPorts) {
    this.#ports = ports;
  }

  /** Writes of which only the terminal can tell what became. */
  get doubts(): readonly WriteJob[] {
    return this.#doubts;
  }

  get isUnsettled(): boolean {
    return this.#isUnsettled;
  }

  /** Takes over writes in doubt; done as soon as the terminal can be looked at. */
  adopt(doubts: readonly WriteJob[]): void {
    this.#doubts.push(...doubts);
  }

  /** Hands them over: this terminal will not be looked at any more. */
  surrender(): readonly WriteJob[] {
    return this.#doubts.splice(0);
  }

  /** Runs windows until nothing in `batch` waits or the conversation breaks; the rest stays in `batch`. */
  async serve(context: WriteContext, batch: Batch, more: () => WriteJob | undefined): Promise<void> {
    const { conversation, cache } = context;
    const retried = new Retried();
    for (let round = 1; batch.waiting.length > 0; round++) {
      const roster = this.#assumed(batch.waiting, cache, round) ?? (await cache.fresh(conversation));
      const { limits } = planContext(this.#ports.device, cache, roster);
      const isDoubted = batch.waiting.some(({ wish }) => isBadgeRefused(wish.newBadge, limits));
      if (isDoubted && (await this.#ports.askLimits(conversation))) cache.greeted();
      batch.waiting = settleWithoutWriting(batch.waiting, roster, cache, this.#ports.device);
      if (batch.waiting.length === 0) return;
      if (round > ROUNDS) {
        throw new SerenoError('device_busy', {
          params: { device: this.#ports.device.id, reason: '@busy_keypad' },
        });
      }
      await this.#learnPunchedUids(conversation, cache, roster, batch.waiting);
      const fingers = await this.#fingersToKeep(context, roster, batch.waiting);
      const told = new Set<JobResult>();
      const unfinished: WriteJob[] = [];
      const onKnown = (results: readonly JobResult[]) => {
        const news = results.filter((each) => !told.has(each));
        for (const each of news) told.add(each);
        retried.heard(news);
        this.#ports.together.settle(() => unfinished.push(...settleFinished(news, cache)));
      };
      const mayBulk = retried.isEmpty;
      const window = new LockedWindow({ ...context, fingers, onKnown, mayBulk, bulk: this.#bulk }, roster);
      const beganAt = this.#ports.clock.monotonic();
      const result = await window.run(batch.waiting, more, round >= ROUNDS_BEFORE_READING_INSIDE);
      if (result === null) continue;
      batch.waiting = [...result.left];
      this.#doubts.push(...result.doubts);
      retried.add(result.singly);
      onKnown(result.results);
      if (result.broken !== null) {
        cache.forget();
        this.#ports.log.warn(
          { device: this.#ports.device.id, error: String(result.broken) },
          'conversation broke',
        );
        this.#doubts.push(...unfinished);
        this.#ports.drop();
        this.#enableFirst ||= this.#ports.clock.monotonic() - beganAt > DISABLED_MS - LOOK_MS;
        // A full disk, not the line: another conversation would end the same way.
        if (!isBroken(result.broken)) throw result.broken;
        return;
      }
      await this.#finish(context, unfinished);
      if (result.results.length > 0) round = 0;
    }
    if (retried.wentWell) this.#bulk.failed();
  }

  /**
   * The roster that is known, where every write needs a window, which asks the counters itself, or reads the table; null where
   * they must be asked first, as after a window that found them moved.
   */
  #assumed(jobs: readonly WriteJob[], cache: RosterCache, round: number): Roster | null {
    const { device } = this.#ports;
    if (round !== 1 || device.roster === 'strict') return null;
    const readsInside = !cache.counts && cache.readsWithin(DISABLED_MS);
    const roster = readsInside ? cache.current : cache.assumed;
    return roster !== null && allNeedWriting(jobs, roster, cache, device) ? roster : null;
  }

  async #learnPunchedUids(
    conversation: Conversation,
    cache: RosterCache,
    roster: Roster,
    jobs: readonly WriteJob[],
  ): Promise<void> {
    const error = await this.#ports.punched.learn(conversation, cache, roster, jobs);
    if (error === null) return;
    this.#ports.log.warn(
      { device: this.#ports.device.id, error: String(error) },
      'uids of the punches not read',
    );
  }

  async #fingersToKeep({ conversation, cache }: WriteContext, roster: Roster, jobs: readonly WriteJob[]) {
    const userIds = jobs.filter(({ rules }) => rules.keep !== null).map(({ wish }) => wish.userId);
    return await readForUndo(conversation, cache, roster, userIds, (error) => {
      const fields = { device: this.#ports.device.id, error: String(error) };
      this.#ports.log.warn(fields, 'fingers of a deleted user could not be kept');
    });
  }

  /** A conversation that breaks leaves these and what was to follow in doubt: the next one goes on with them. */
  async #finish(
    context: WriteContext,
    unfinished: readonly WriteJob[],
    following: readonly WriteJob[] = [],
  ): Promise<void> {
    await finishAll(context, unfinished, (left) => this.#doubts.push(...left, ...following));
  }

  /**
   * The first step of every conversation: find out what became of writes in doubt, and enable a terminal that we left
   * disabled. The look comes first if it is quick, since people at the keypad could change what it looks for.
   */
  async putRight(context: WriteContext, mode: Mode, doubts: readonly WriteJob[]): Promise<void> {
    const { conversation, cache } = context;
    const mayBeDisabled = this.#ports.note.dueIn() === 0;
    this.#isUnsettled ||= doubts.length > 0;
    const open = elsewhere(doubts);
    const early = mayBeDisabled && doubts.length > 0 ? await this.#lookEarly(conversation, cache) : null;
    if (mayBeDisabled) await this.#enableAgain(conversation, mode);
    if (doubts.length === 0) return;
    const roster = early ?? (await lookAndRefresh(conversation, cache));
    const { known, unfinished, again, contested } = judgeAll(doubts, open, roster, this.#ports.device);
    // Writes that came during the look wait for the next one.
    this.#doubts = this.#doubts.filter((doubt) => !doubts.includes(doubt));
    for (const { job, result } of known) job.settle(result);
    for (const job of contested) job.contest(true);
    await this.#finish(context, unfinished, again);
    await this.#runAgain(context, again);
    this.#isUnsettled = false;
  }

  /** One that refuses it stays noted: the next conversation asks again, and questions are answered meanwhile. */
  async #enableAgain(conversation: Conversation, mode: Mode): Promise<void> {
    const { note, log, device } = this.#ports;
    try {
      // The window that was broken off may have written, and told so.
      await tolerateRefusal(refreshData(conversation));
      await enable(conversation);
    } catch (error) {
      if (mode === 'write' || isBroken(error) || isForgotten(error)) throw error;
      log.warn({ device: device.id, error: String(error) }, 'terminal refuses to be enabled again');
      return;
    }
    note.clear();
    this.#enableFirst = false;
    log.info({ device: device.id }, 'terminal enabled again');
  }

  /** The roster while nobody can type; null where a look has failed or took long, so that enabling must not wait for it. */
  async #lookEarly(conversation: Conversation, cache: RosterCache): Promise<Roster | null> {
    if (this.#enableFirst) return null;
    this.#enableFirst = true;
    const roster = await lookAndRefresh(conversation, cache, limitOf(this.#ports.clock, LOOK_MS));
    this.#enableFirst = false;
    return roster;
  }

  /** Writes of which nothing is at the terminal. A second break leaves them for the next conversation. */
  async #runAgain(context: WriteContext, jobs: readonly WriteJob[]): Promise<void> {
    const batch: Batch = { waiting: [...jobs] };
    try {
      await this.serve(context, batch, () => undefined);
    } finally {
      settleAll(batch.waiting, unreachable(this.#ports.device, undefined));
    }
    if (!context.conversation.isOpen) throw unreachable(this.#ports.device, undefined);
  }
}

/** Jobs that were cancelled meanwhile are settled already. */
export function settleAll(jobs: readonly WriteJob[], error: SerenoError): void {
  for (const job of jobs) if (!job.isOver) job.settle(failure(error));
}
