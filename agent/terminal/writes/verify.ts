// Whether what was written is there: by the counters where they can tell, else by reading back.
import type { Counters } from '../../zk/counters.ts';
import type { UserRecord } from '../../zk/users.ts';
import type { Roster } from '../tables/roster.ts';
import { holds, type WritePlan } from './plan.ts';

interface Movement {
  users: number;
  passwords: number;
  admins: number;
}

function movementOf(plan: WritePlan): Movement {
  const before = plan.before;
  const after = plan.kind === 'put' ? plan.after : null;
  const count = (test: (record: { password: string; privilege: number }) => boolean) =>
    Number(after !== null && test(after)) - Number(before !== null && test(before));
  return {
    users: count(() => true),
    passwords: count((record) => record.password !== ''),
    admins: count((record) => record.privilege !== 0),
  };
}

/**
 * True if the counters prove that all of `plans` took effect between `before` and `after`, both read while
 * the terminal was disabled. The sums must fit, and each write must have left a trace of its own: either
 * all of them moved the number of users the same way, or the terminal logged at least one entry a write.
 * An update that moves nothing proves nothing.
 */
export function countersProve(plans: readonly WritePlan[], before: Counters, after: Counters): boolean {
  if (!sumsFit(plans, before, after)) return false;
  return isOneWay(plans) || after.oplog - before.oplog >= plans.length;
}

/**
 * True if the counters prove all of `plans` but those that leave the number of users as it is, and do not contradict these.
 * Both read as for `countersProve`.
 */
export function countersTell(plans: readonly WritePlan[], before: Counters, after: Counters): boolean {
  const moving = plans.filter((plan) => movementOf(plan).users !== 0);
  return sumsFit(plans, before, after) && (moving.length === 0 || isOneWay(moving));
}

/** True if each of them moves the number of users, and all the same way. */
function isOneWay(plans: readonly WritePlan[]): boolean {
  const users = plans.map((plan) => movementOf(plan).users);
  return users.every((step) => step === 1) || users.every((step) => step === -1);
}

/** True if the counters moved as `plans`, which the table has shown, say: an entry of the log for each, and sums that fit. */
export function countersMoved(plans: readonly WritePlan[], before: Counters, after: Counters): boolean {
  return sumsFit(plans, before, after) && after.oplog - before.oplog >= plans.length;
}

function sumsFit(plans: readonly WritePlan[], before: Counters, after: Counters): boolean {
  const movements = plans.map(movementOf);
  const sum = (key: keyof Movement) => movements.reduce((total, movement) => total + movement[key], 0);
  return (
    after.users - before.users === sum('users') &&
    after.passwords - before.passwords === sum('passwords') &&
    after.admins - before.admins === sum('admins')
  );
}

/** True if a roster read after the write shows that `plan` took effect. */
export function rosterProves(plan: WritePlan, roster: Roster): boolean {
  if (plan.kind === 'delete') {
    return plan.wholeBadge ? roster.all(plan.before.userId).length === 0 : isGone(plan.before, roster);
  }
  const [record, another] = roster.at(plan.after.uid);
  // Nobody else may have the badge of somebody new: it would be two people's.
  if (isCreate(plan) && roster.all(plan.after.userId).length !== 1) return false;
  return another === undefined && recordProves(plan, record);
}

/** True if the record that stands where `plan` has written is as it was to be. */
export function recordProves(plan: WritePlan, record: UserRecord | undefined): boolean {
  if (plan.kind === 'delete' || record === undefined) return false;
  const { uid, userId } = plan.after;
  return record.uid === uid && record.userId === userId && holds(record, plan.fields);
}

/** True if no record with this badge and uid is left. */
export function isGone({ userId, uid }: UserRecord, roster: Roster): boolean {
  return roster.all(userId).every((record) => record.uid !== uid);
}

/**
 * What can still be seen of `plan` after `later` writes of the same badge: the last that stands over it, with all its fields.
 * A write of another record of the badge tells nothing of it.
 */
export function lastWord(plan: WritePlan, later: readonly WritePlan[]): WritePlan {
  const last = later.reduce((known, next) => (covers(next, known) ? next : known), plan);
  return last === plan ? last : withAllFields(last);
}

/** Somebody new is planned only where the badge has no record left, so that stands over all before, as a whole delete does. */
function covers(next: WritePlan, earlier: WritePlan): boolean {
  if (uidOf(next) === uidOf(earlier) || isCreate(next)) return true;
  return next.kind === 'delete' && next.wholeBadge;
}

/** The plan as it is seen once nothing of the record may differ. */
export function withAllFields(plan: WritePlan): WritePlan {
  if (plan.kind === 'delete') return plan;
  const { name, password, card } = plan.after;
  return { ...plan, fields: { name, password, card } };
}

/** True for somebody new, and for somebody restored. */
export function isCreate(plan: WritePlan): boolean {
  return plan.kind === 'put' && plan.before === null;
}

/** The uid that a write is about. */
export function uidOf(plan: WritePlan): number {
  return plan.kind === 'put' ? plan.after.uid : plan.before.uid;
}
