// Sends the writes of a locked window, one by one or many at once, and keeps what was sent: each is on disk before it goes out.
import type { Clock } from '../../clock.ts';
import { writeUsers } from '../../zk/bulk-write.ts';
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

export class Sender {
  readonly entries: Entry[] = [];
  readonly #context: SenderContext;
  readonly #clock: Clock;

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
    try {
      await writeUsers(
        conversation,
        planned.map(({ plan }) => plan.after.raw),
      );
    } catch (error) {
      if (isBroken(error)) {
        bulk.failed();
        throw error;
      }
      if (isZkError(error, 'refused') && UNKNOWN.includes(error.reply)) {
        cache.known.learn({ bulkWrite: false });
      }
      const refusal = toSerenoError(error, device);
      for (const entry of entries) entry.refusal = refusal;
      return false;
    }
    bulk.took(planned.length, this.#clock.monotonic() - beganAt);
    together.note(() => {
      for (const { job } of planned) job.acknowledge();
    });
    return true;
  }
}
