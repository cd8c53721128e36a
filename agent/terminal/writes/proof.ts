// Whether the writes of a locked window can be seen at the terminal without its whole table: by counters, and by single records.
import type { Verified } from '../../../shared/wire/envelope.ts';
import type { Counters } from '../../zk/counters.ts';
import type { Roster } from '../tables/roster.ts';
import { readRecords } from '../tables/single-records.ts';
import type { WriteContext } from './context.ts';
import type { WritePlan } from './plan.ts';
import { countersProve, countersTell, isCreate, recordProves, uidOf } from './verify.ts';
import type { Entry } from './window-results.ts';

export interface Proof {
  /** After the writes; null where the terminal has none. */
  readonly after: Counters | null;
  readonly verified: Verified;
  /** What must still be given back to the terminal. Never throws. */
  free(): Promise<void>;
}

/** `not yet`: it may be seen after the refresh. `table`: only the whole table can tell. */
export type Seen = Proof | 'not yet' | 'table';

/**
 * Looks for `entries` with as few questions as possible. Counters prove what moved them; an update that moved none is read at
 * its place, and where the counters of a terminal tell nothing, so is somebody new.
 * @param roster with what was written
 * @param before the counters before the first of the writes
 * @throws ZkError
 */
export async function seen(
  { cache, conversation, device }: WriteContext,
  entries: readonly Entry[],
  roster: Roster,
  before: Counters | null,
): Promise<Seen> {
  const plans = entries.map(({ plan }) => plan);
  const isNewBulk = entries.some(({ isBulk }) => isBulk) && cache.known.dialect.bulkWrite !== true;
  const isRefused = entries.some(({ refusal }) => refusal !== null);
  if (device.roster === 'strict' || isRefused || isNewBulk) return 'table';
  const isTold = cache.counts && before !== null;
  const after = await cache.counters(conversation);
  const isAsked = entries.some(({ job }) => job.wish.readback);
  if (isTold && after !== null && !isAsked && countersProve(plans, before, after)) {
    return { after, verified: 'counters', free: async () => undefined };
  }
  if (isTold && after !== null && !countersTell(plans, before, after)) return 'not yet';
  const looked = plans.filter((plan) => !isTold || isAsked || !isMoving(plan));
  if (looked.some(({ kind }) => kind === 'delete')) return 'table';
  const uids = [...new Set(looked.map(uidOf))];
  const single = await readRecords(conversation, roster, uids, device);
  if (single === null) return 'table';
  const { records, free } = single;
  const recordOf = (plan: WritePlan) => records.find(({ uid }) => uid === uidOf(plan));
  const isThere = looked.every((plan) => recordProves(lastOf(plan, looked), recordOf(plan)));
  if (isThere) return { after, verified: 'readback', free };
  await free();
  return 'not yet';
}

/** True if it changes how many users there are: then the counters tell of it. */
function isMoving(plan: WritePlan): boolean {
  return plan.kind === 'delete' || isCreate(plan);
}

/** Of several writes of one record the last one can be seen. */
function lastOf(plan: WritePlan, plans: readonly WritePlan[]): WritePlan {
  return plans.findLast((each) => uidOf(each) === uidOf(plan)) ?? plan;
}
