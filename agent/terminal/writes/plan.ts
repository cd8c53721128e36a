// What a wish means on a given roster: the one write that is needed, or why there is none.
import { findViolation, type UserLimits } from '../../../shared/domain/limits.ts';
import type { UserFields } from '../../../shared/domain/user.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { ArgsOf } from '../../../shared/wire/operations.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { decodeUser, encodedLength, newUser, patchUser, type UserRecord } from '../../zk/users.ts';
import type { Roster } from '../tables/roster.ts';
import { recordUnder, type UndoCopy } from './undo-copy.ts';

/** A write of users as the cloud wishes it. */
export type Wish =
  | { readonly op: 'user.put'; readonly args: ArgsOf<'user.put'> }
  | { readonly op: 'user.delete'; readonly args: ArgsOf<'user.delete'> }
  | {
      readonly op: 'user.restore';
      readonly args: ArgsOf<'user.restore'>;
      /** What the delete kept. @throws SerenoError `undo_not_found` */
      readonly copy: () => UndoCopy;
    };

export type Plan =
  | { readonly kind: 'nothing'; readonly result: unknown }
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

/** What planning needs to know of the device. */
export interface PlanContext {
  readonly device: string;
  readonly limits: UserLimits;
  readonly encoding: DeviceSettings['encoding'];
  /** A uid for somebody new; null: none is free. */
  readonly freeUid: (roster: Roster) => number | null;
}

/**
 * The write that fulfils `wish` on `roster`, the next one of several where all records of a badge are to go. Checks limits,
 * then the user.
 * @throws SerenoError `limit_exceeded`, `user_exists`, `user_not_found`, `badge_ambiguous`, `device_contradicts` (two records
 * under one uid), `device_refused` (no uid is free), `undo_not_found`, `unsupported` (a copy of another kind of terminal).
 */
export function planWrite(wish: Wish, roster: Roster, context: PlanContext): Plan {
  switch (wish.op) {
    case 'user.put':
      return planPut(wish.args, roster, context);
    case 'user.delete':
      return planDelete(wish.args, roster, context);
    case 'user.restore':
      return planRestore(wish, roster, context);
  }
}

function planPut(args: ArgsOf<'user.put'>, roster: Roster, context: PlanContext): Plan {
  const { user_id, fields, mode } = args;
  const { encoding } = context;
  const subject = mode === 'create' ? { ...fields, user_id } : fields;
  const violation = findViolation(subject, context.limits, (text) => encodedLength(text, encoding));
  if (violation !== null) {
    throw new SerenoError('limit_exceeded', { params: { ...violation, device: context.device } });
  }
  if (mode === 'create') {
    if (roster.all(user_id).length > 0) throw new SerenoError('user_exists', { params: { user_id } });
    const uid = freeUid(roster, context);
    const user = { uid, userId: user_id, ...named(fields), name: fields.name ?? '' };
    // Some firmwares hold 24 bytes of badge, most 9; what the terminal says of its width tells which.
    const userIdBytes = context.limits.userIdWidth > 9 ? 24 : 9;
    const raw = newUser({ ...user, userIdBytes }, roster.width, encoding);
    const after = decodeUser(raw, roster.width, encoding);
    return { kind: 'put', before: null, after, fields, result: { uid, user_id, name: fields.name ?? '' } };
  }
  const before = roster.find(user_id, args.uid);
  if (before === undefined) throw new SerenoError('user_not_found', { params: { user_id } });
  checkAlone(before, roster, context);
  if (holds(before, fields))
    return { kind: 'nothing', result: { uid: before.uid, user_id, name: before.name } };
  const raw = patchUser(before.raw, roster.width, changed(before, fields), encoding);
  const after = decodeUser(raw, roster.width, encoding);
  const result = { uid: before.uid, user_id, name: after.name };
  return { kind: 'put', before, after, fields, result };
}

function planDelete(
  { user_id, uid, all }: ArgsOf<'user.delete'>,
  roster: Roster,
  context: PlanContext,
): Plan {
  const before = all === true ? roster.all(user_id)[0] : roster.find(user_id, uid);
  if (before === undefined) throw new SerenoError('user_not_found', { params: { user_id } });
  for (const record of all === true ? roster.all(user_id) : [before]) checkAlone(record, roster, context);
  return { kind: 'delete', before, wholeBadge: uid === undefined, result: { user_id } };
}

/** A write by uid hits one of the records under it, and nobody knows which. */
function checkAlone({ uid }: UserRecord, roster: Roster, { device }: PlanContext): void {
  if (roster.at(uid).length === 1) return;
  throw new SerenoError('device_contradicts', { params: { device, problem: '@uid_twice', uid } });
}

/** The record as it was, under its old uid where that is free; the fingers follow once it is there. */
function planRestore(
  { args: { user_id }, copy: find }: Wish & { readonly op: 'user.restore' },
  roster: Roster,
  context: PlanContext,
): Plan {
  if (roster.all(user_id).length > 0) throw new SerenoError('user_exists', { params: { user_id } });
  const copy = find();
  if (copy.width !== roster.width) {
    throw new SerenoError('unsupported', {
      params: { device: context.device, what: '@copy_width', got: copy.width, max: roster.width },
    });
  }
  const old = decodeUser(copy.raw, copy.width, context.encoding).uid;
  const uid = roster.at(old).length === 0 ? old : freeUid(roster, context);
  const after = decodeUser(recordUnder(uid, copy), copy.width, context.encoding);
  const { name, password, card } = after;
  const result = { user_id, fingers: 0 };
  return { kind: 'put', before: null, after, fields: { name, password, card }, result };
}

function freeUid(roster: Roster, { device, freeUid: choose }: PlanContext): number {
  const uid = choose(roster);
  if (uid !== null) return uid;
  throw new SerenoError('device_refused', { params: { device, asked: '@asked_new_user', reply: 0 } });
}

/** The fields that are there, without the undefined ones of an optional schema. */
function named(fields: UserFields): { name?: string; password?: string; privilege?: number; card?: number } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** The fields that `record` does not hold yet: what it holds already keeps even the bytes behind its terminator. */
function changed(record: UserRecord, fields: UserFields): ReturnType<typeof named> {
  return Object.fromEntries(
    Object.entries(named(fields)).filter(([field, value]) => record[field as keyof UserFields] !== value),
  );
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
