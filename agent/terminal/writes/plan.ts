// Which write fulfils a wish on a given roster, if any is needed; and what every kind of write checks first.
import { findViolation, type UserLimits } from '../../../shared/domain/limits.ts';
import type { UserFields } from '../../../shared/domain/user.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { encodedLength } from '../../zk/encoding.ts';
import type { UserRecord } from '../../zk/users.ts';
import type { Roster } from '../tables/roster.ts';

/** A plan by which something is written. */
export type WritePlan =
  | {
      readonly kind: 'put';
      /** The record as it was; null for a create. */
      readonly before: UserRecord | null;
      readonly after: UserRecord;
      readonly fields: UserFields;
      readonly result: unknown;
    }
  | {
      readonly kind: 'delete';
      readonly before: UserRecord;
      /** True if no record of the badge may be left: nobody said which one, or that all of them shall go. */
      readonly wholeBadge: boolean;
      readonly result: unknown;
    };

export type Plan = { readonly kind: 'nothing'; readonly result: unknown } | WritePlan;

/** What planning needs to know of the device. */
export interface PlanContext {
  readonly device: string;
  readonly limits: UserLimits;
  readonly encoding: DeviceSettings['encoding'];
  /** A uid for somebody new; null: none is free. */
  readonly freeUid: (roster: Roster) => number | null;
}

/** The refusal of somebody that the terminal cannot hold; null if it can. */
export function limitRefusal(
  user: UserFields & { readonly user_id?: string },
  { device, limits, encoding }: Pick<PlanContext, 'device' | 'limits' | 'encoding'>,
): SerenoError | null {
  const violation = findViolation(user, limits, (text) => encodedLength(text, encoding));
  return violation === null ? null : new SerenoError('limit_exceeded', { params: { ...violation, device } });
}

/** True if a badge would be refused for its form, by what the terminal said last. */
export function isBadgeRefused(badge: string | null, limits: UserLimits): boolean {
  return badge !== null && findViolation({ user_id: badge }, limits, () => 0) !== null;
}

/** A write by uid hits one of the records under it, and nobody knows which. @throws SerenoError `device_contradicts` */
export function checkAlone({ uid }: UserRecord, roster: Roster, { device }: PlanContext): void {
  if (roster.at(uid).length === 1) return;
  throw new SerenoError('device_contradicts', { params: { device, problem: '@uid_twice', uid } });
}

/** A uid for somebody new. @throws SerenoError `device_refused` if none is free */
export function freeUid(roster: Roster, { device, freeUid: choose }: PlanContext): number {
  const uid = choose(roster);
  if (uid !== null) return uid;
  throw new SerenoError('device_refused', { params: { device, asked: '@asked_new_user', reply: 0 } });
}

/** True if `record` holds every field of `fields` as wanted. */
export function holds(record: UserRecord, fields: UserFields): boolean {
  return (
    (fields.name === undefined || fields.name === record.name) &&
    (fields.password === undefined || fields.password === record.password) &&
    (fields.privilege === undefined || fields.privilege === record.privilege) &&
    (fields.card === undefined || fields.card === record.card)
  );
}

/** Takes out of `roster` what was taken in, and is not sent after all. */
export function undoPlan({ before, after }: Extract<WritePlan, { kind: 'put' }>, roster: Roster): void {
  if (before === null) roster.remove(after.uid);
  else roster.put(before);
}

/** Takes into `roster` what the terminal has acknowledged. */
export function applyPlan(plan: WritePlan, roster: Roster): void {
  if (plan.kind === 'delete') roster.remove(plan.before.uid);
  else roster.put(plan.after);
}
