// The writing of a locked window: each write is planned on the roster as it stands by then, and sent, puts many at once.
import { SerenoError } from '../../../shared/errors.ts';
import { failure, type Result } from '../../result.ts';
import type { UserRecord } from '../../zk/users.ts';
import { isBroken, toSerenoError } from '../session/errors.ts';
import type { Roster } from '../tables/roster.ts';
import type { WriteJob } from '../write-job.ts';
import { BulkGroup, FEWEST, type Planned, takeBack } from './bulk-group.ts';
import { type FingersToKeep, hasNoFingers } from './fingers-to-keep.ts';
import type { PlanContext } from './plan.ts';
import { Sender, type SenderContext } from './sender.ts';
import { encodeUndoCopy } from './undo-copy.ts';
import type { Entry, JobResult } from './window-results.ts';
import { planContext } from './without-writing.ts';

/** No further write begins after this: refresh, verification and enabling need their time too. */
const WRITING_MS = 8000;

export interface WritingContext extends SenderContext {
  /** What deletes must keep; one whose user was not looked at waits for the next window. */
  readonly fingers: FingersToKeep;
  /** False once a bulk has left something to be written one by one. */
  readonly mayBulk: boolean;
}

/** What follows a write in this window: the next one; nothing; or nothing, and this write itself must wait for a later window. */
type Onward = 'next' | 'last' | 'later';

export class Writing {
  readonly #context: WritingContext;
  readonly #roster: () => Roster;
  readonly #lasts: () => number;
  readonly #sender: Sender;
  readonly #group: BulkGroup;
  /** Results that no look at the terminal can change any more. */
  readonly decided: JobResult[] = [];
  /** What follows from a write of this window that is not verified yet (`user_exists` after a create). */
  readonly dependent: JobResult[] = [];
  /** Not begun. */
  readonly left: WriteJob[] = [];
  /** What `more` has brought. */
  readonly brought: WriteJob[] = [];

  /**
   * @param roster as it is now
   * @param lasts how long the terminal has been disabled, ms
   */
  constructor(context: WritingContext, roster: () => Roster, lasts: () => number) {
    this.#context = context;
    this.#roster = roster;
    this.#lasts = lasts;
    this.#sender = new Sender(context);
    this.#group = new BulkGroup(roster);
  }

  /**
   * Uploads what is likely to be stored at once while the terminal is still enabled, so that within the window only the word is
   * due. It is planned again there, and what has become other by then is uploaded anew.
   * @throws ZkError if the conversation breaks
   */
  async ahead(jobs: readonly WriteJob[]): Promise<void> {
    const { bulk, cache, device } = this.#context;
    if (cache.known.dialect.bulkWrite !== true || !bulk.mayUploadAhead) return;
    const context = planContext(device, cache, this.#roster());
    const draft = new BulkGroup(this.#roster);
    for (const job of jobs) {
      if (draft.size >= this.#mostAtOnce() || draft.has(job.wish.userId)) break;
      if (job.isOver) continue;
      try {
        const plan = job.wish.plan(this.#roster(), context);
        if (plan.kind === 'put') draft.add({ job, plan });
      } catch (error) {
        // It is told within the window.
        if (!(error instanceof SerenoError)) throw error;
      }
    }
    const drafted = draft.take();
    takeBack(drafted, this.#roster());
    if (drafted.length < FEWEST) return;
    await this.#sender.uploadAhead(drafted.map(({ plan }) => plan.after.raw));
  }

  /** The window does not come to writing. @throws ZkError if the conversation breaks */
  async forgetAhead(): Promise<void> {
    await this.#sender.forgetAhead();
  }

  /** True if a bulk of this window was uploaded before it. */
  get wasAhead(): boolean {
    return this.#sender.hasStoredAhead;
  }

  /** What was sent. */
  get entries(): readonly Entry[] {
    return this.#sender.entries;
  }

  /**
   * Serves `jobs`, and what `more` brings until something is sent: what comes later waits for a window of its own rather than
   * keep people from the keypad. @throws ZkError if the conversation breaks */
  async all(jobs: readonly WriteJob[], more: () => WriteJob | undefined): Promise<void> {
    const waiting = [...jobs];
    for (;;) {
      const isFull = this.#group.size > 0 && this.#group.size >= this.#mostAtOnce();
      const job = isFull ? undefined : (waiting.shift() ?? this.#bring(more));
      if (job === undefined && this.#group.size === 0) return;
      const isLate = this.#lasts() > WRITING_MS;
      const onward = isLate ? 'later' : job === undefined ? await this.#flush() : await this.#write(job);
      if (onward === 'next') continue;
      this.left.push(
        ...this.#ungather(),
        ...(onward === 'later' && job !== undefined ? [job] : []),
        ...waiting,
      );
      return;
    }
  }

  #bring(more: () => WriteJob | undefined): WriteJob | undefined {
    if (this.entries.length > 0) return undefined;
    const job = more();
    if (job !== undefined) this.brought.push(job);
    return job;
  }

  /** How many users may be written at once from here on; 0: one by one. */
  #mostAtOnce(): number {
    const { bulk, cache, conversation, mayBulk } = this.#context;
    if (this.#sender.ahead > 0) return this.#sender.ahead;
    if (!mayBulk || conversation.transport !== 'tcp' || this.#roster().width !== 72) return 0;
    return bulk.most(cache.known.dialect, WRITING_MS - this.#lasts());
  }

  /** What was gathered and is not sent. */
  #ungather(): WriteJob[] {
    const unsent = this.#group.take();
    takeBack(unsent, this.#roster());
    return unsent.map(({ job }) => job);
  }

  /** Sends what was gathered: at once, or one by one where that is cheaper. */
  async #flush(): Promise<Onward> {
    const waiting = this.#stillWanted(this.#group.take());
    if (waiting.length >= FEWEST) return await this.#attempt(waiting, () => this.#sender.many(waiting));
    for (
      let each = waiting.shift();
      each !== undefined;
      each = this.#stillWanted(waiting.splice(0, 1)).shift()
    ) {
      const { job, plan } = each;
      const onward = await this.#attempt([each], () => this.#sender.one(job, plan, this.#roster()));
      if (onward === 'next') continue;
      this.left.push(...waiting.map((unsent) => unsent.job));
      return onward;
    }
    return 'next';
  }

  /** Without what somebody has cancelled since it was planned. */
  #stillWanted(planned: readonly Planned[]): Planned[] {
    takeBack(
      planned.filter(({ job }) => job.isOver),
      this.#roster(),
    );
    return planned.filter(({ job }) => !job.isOver);
  }

  /** What cannot be kept on disk is not sent. Behind a refusal nothing is: what the roster is now must be read first. */
  async #attempt(planned: readonly Planned[], send: () => Promise<boolean>): Promise<Onward> {
    try {
      return (await send()) ? 'next' : 'last';
    } catch (error) {
      if (isBroken(error)) throw error;
      takeBack(planned, this.#roster());
      for (const { job } of planned) this.#decide(job, failure(toSerenoError(error, this.#context.device)));
      return 'next';
    }
  }

  /** A write that must wait for a later window holds back those behind it: they must not overtake it. */
  async #write(job: WriteJob): Promise<Onward> {
    const { device, cache } = this.#context;
    const userId = job.wish.userId;
    // What is planned next must see what the terminal made of the writes of this user before.
    if (this.#group.has(userId) && (await this.#flush()) !== 'next') return 'later';
    if (job.isOver) return 'next';
    try {
      const context = planContext(device, cache, this.#roster());
      const plan = job.wish.plan(this.#roster(), context);
      if (plan.kind === 'nothing') {
        this.#decide(job, { status: 'ok', data: plan.result, verified: 'readback' });
        return 'next';
      }
      if (job.rules.timeLeft() <= 0) throw new SerenoError('expired');
      if (job.rules.isSuperseded()) throw new SerenoError('superseded', { params: { user_id: userId } });
      if (plan.kind === 'put' && this.#mostAtOnce() > 0) {
        this.#group.add({ job, plan });
        return 'next';
      }
      if (plan.kind === 'delete' && !this.#keep(job, plan.before)) return 'later';
      if (!(await this.#sender.one(job, plan, this.#roster()))) return 'last';
      return plan.kind === 'delete' && plan.wholeBadge ? await this.#sendRest(job, context) : 'next';
    } catch (error) {
      if (isBroken(error)) throw error;
      this.#decide(job, failure(toSerenoError(error, device)));
    }
    return 'next';
  }

  /** The other records of a badge all of whose records are to go. */
  async #sendRest(job: WriteJob, context: PlanContext): Promise<Onward> {
    while (this.#roster().all(job.wish.userId).length > 0) {
      try {
        const plan = job.wish.plan(this.#roster(), context);
        if (plan.kind !== 'delete') break;
        if (!(await this.#sender.one(job, plan, this.#roster()))) return 'last';
      } catch (error) {
        if (isBroken(error)) throw error;
        return this.#endRest(job, error);
      }
    }
    return 'next';
  }

  /** Some records of the badge are left and cannot be written: what has become of it is read back. */
  #endRest(job: WriteJob, error: unknown): Onward {
    const last = this.entries.findLast((entry) => entry.job === job);
    if (last === undefined) throw error;
    last.refusal = toSerenoError(error, this.#context.device);
    return 'last';
  }

  /** False if the fingers that go with the user have not been read. */
  #keep(job: WriteJob, { uid, raw }: UserRecord): boolean {
    const { keep } = job.rules;
    if (keep === null) return true;
    const { fingers: read, cache } = this.#context;
    const fingers = read.get(uid) ?? (hasNoFingers(cache, this.#roster(), [uid]) ? [] : undefined);
    if (fingers === undefined) return false;
    keep(encodeUndoCopy({ width: this.#roster().width, raw, fingers }));
    return true;
  }

  #decide(job: WriteJob, result: Result): void {
    const userId = job.wish.userId;
    const depends = this.entries.some((entry) => entry.job.wish.userId === userId);
    (depends ? this.dependent : this.decided).push({ job, result });
  }
}
