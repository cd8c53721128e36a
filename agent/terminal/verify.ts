// Whether what was written is there: by the counters where they can tell, else by reading back.
import type { Counters } from '../zk/counters.ts';
import { holds, type Plan } from './plan.ts';
import type { Roster } from './roster.ts';

type WritePlan = Exclude<Plan, { kind: 'nothing' }>;

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
  const movements = plans.map(movementOf);
  const sum = (key: keyof Movement) => movements.reduce((total, movement) => total + movement[key], 0);
  const fits =
    after.users - before.users === sum('users') &&
    after.passwords - before.passwords === sum('passwords') &&
    after.admins - before.admins === sum('admins');
  if (!fits) return false;
  const users = movements.map((movement) => movement.users);
  const oneWay = users.every((step) => step === 1) || users.every((step) => step === -1);
  return oneWay || after.oplog - before.oplog >= plans.length;
}

/** True if a roster read after the write shows that `plan` took effect. */
export function rosterProves(plan: WritePlan, roster: Roster): boolean {
  const record = roster.find(plan.kind === 'put' ? plan.after.userId : plan.before.userId);
  if (plan.kind === 'delete') return record === undefined || record.uid !== plan.before.uid;
  return record !== undefined && record.uid === plan.after.uid && holds(record, plan.fields);
}

/** True if nothing that the counters count has changed between two readings. */
export function sameCounters(a: Counters, b: Counters): boolean {
  return (
    a.users === b.users &&
    a.fingers === b.fingers &&
    a.admins === b.admins &&
    a.passwords === b.passwords &&
    a.oplog === b.oplog
  );
}
