// Sends the writes of a locked window, one by one or many at once, and keeps what was sent: each is on disk before it goes out.
import type { Clock } from '../../clock.ts';
import { encodeUsers, forgetUpload, storeUploaded, uploadUsers } from '../../zk/bulk-write.ts';
import { Reply } from '../../zk/commands.ts';
import { isZkError } from '../../zk/errors.ts';
import { deleteUser, writeUser } from '../../zk/users.ts';
import { isBroken, toSerenoError } from '../session/errors.ts';
import type { Roster } from '../tables/roster.ts';
import { WriteJob } from '../write-job.ts';
import type { Planned } from './bulk-group.ts';
import type { BulkUse } from './bulk-use.ts';
import type { WriteContext } from './context.ts';
import { applyPlan, type WritePlan } from './plan.ts';
import { uidOf } from './verify.ts';
import type { Entry } from './window-results.ts';

/** Codes of a terminal that does not know a command. */
const UNKNOWN: readonly (number | undefined)[] = [Reply.unknown, Reply.errorCommand];

export interface SenderContext extends WriteContext {
  readonly bulk: BulkUse;
}

/** What the terminal was handed before it was disabled. */
interface Ahead {
  readonly upload: Buffer;
  readonly records: number;
  readonly ms: number;
}

export class Sender {
  readonly entries: Entry[] = [];
  readonly #context: SenderContext;
  readonly #clock: Clock;
  #ahead: Ahead | null = null;
  #hasStoredAhead = false;

  constructor(context: SenderContext) {
    this.#context = context;
    this.#clock = context.clock;
  }

  /**
   * From here on the job is in doubt until it is verified. False if the terminal refused: what `roster` is now is known only
   * once it is read back.
   * @throws SerenoError `agent_storage`: nothing was sent; ZkError if the conversation breaks
   */
  async one(job: WriteJob, plan: WritePlan, roster: Roster): Promise<boolean> {
    const { conversation, device, cache } = this.#context;
    job.begin(uidOf(plan), plan.before);
    const entry: Entry = { job, plan, refusal: null, isBulk: false };
    this.entries.push(entry);
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
    applyPlan(plan, roster);
    return true;
  }

  /** How many records the terminal has been handed and not yet stored; 0: none. */
  get ahead(): number {
    return this.#ahead?.records ?? 0;
  }

  /** True if a word was to store what had been uploaded before the terminal was disabled. */
  get hasStoredAhead(): boolean {
    return this.#hasStoredAhead;
  }

  /** Hands the terminal what is likely to be stored at once, while it is still enabled. @throws ZkError if the conversation breaks */
  async uploadAhead(records: readonly Buffer[]): Promise<void> {
    const { conversation, bulk } = this.#context;
    const upload = encodeUsers(records);
    const beganAt = this.#clock.monotonic();
    try {
      await uploadUsers(conversation, upload);
    } catch (error) {
      if (isBroken(error)) throw error;
      return bulk.lostAhead();
    }
    this.#ahead = { upload, records: records.length, ms: this.#clock.monotonic() - beganAt };
  }

  /** Takes back what was handed over and will not be stored. @throws ZkError if the conversation breaks */
  async forgetAhead(): Promise<void> {
    if (this.#ahead === null) return;
    this.#ahead = null;
    await forgetUpload(this.#context.conversation);
  }

  /** How long the terminal had to be handed over what it has now, ms: nothing is sent again that lies there already. */
  async #handOver(upload: Buffer): Promise<number> {
    const ahead = this.#ahead;
    this.#ahead = null;
    this.#hasStoredAhead = ahead?.upload.equals(upload) === true;
    if (ahead !== null && this.#hasStoredAhead) return ahead.ms;
    await uploadUsers(this.#context.conversation, upload);
    return 0;
  }

  /**
   * All of them at once, which the roster has already; otherwise as `one`. A terminal that does not know how is never asked
   * again.
   */
  async many(planned: readonly Planned[]): Promise<boolean> {
    const { conversation, device, cache, bulk, together } = this.#context;
    WriteJob.beginTogether(
      planned.map(({ job, plan }) => ({ job, uid: plan.after.uid, before: plan.before })),
      together.begin,
    );
    const entries = planned.map((each): Entry => ({ ...each, refusal: null, isBulk: true }));
    this.entries.push(...entries);
    cache.uids.used.add(planned.map(({ plan }) => plan.after.uid));
    const beganAt = this.#clock.monotonic();
    let aheadMs = 0;
    try {
      aheadMs = await this.#handOver(encodeUsers(planned.map(({ plan }) => plan.after.raw)));
      await storeUploaded(conversation);
    } catch (error) {
      if (isBroken(error)) {
        bulk.failed();
        throw error;
      }
      if (this.#hasStoredAhead) {
        bulk.lostAhead();
      } else if (isZkError(error, 'refused') && UNKNOWN.includes(error.reply)) {
        cache.known.learn({ bulkWrite: false });
      }
      const refusal = toSerenoError(error, device);
      for (const entry of entries) entry.refusal = refusal;
      return false;
    }
    bulk.took(planned.length, aheadMs + this.#clock.monotonic() - beganAt);
    // The word of a terminal that has not shown yet that it takes them says nothing of each.
    if (cache.known.dialect.bulkWrite === true && (!this.#hasStoredAhead || bulk.keepsAhead)) {
      together.note(() => {
        for (const { job } of planned) job.acknowledge();
      });
    }
    return true;
  }
}
