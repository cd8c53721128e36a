// `user.put`: somebody new, or other fields of somebody who is there.
import type { UserFields } from '../../../shared/domain/user.ts';
import { SerenoError } from '../../../shared/errors.ts';
import { type ArgsOf, operations } from '../../../shared/wire/operations.ts';
import { decodeUser, newUser, patchUser, type UserRecord } from '../../zk/users.ts';
import { limitsOf } from '../session/dialect.ts';
import type { Roster } from '../tables/roster.ts';
import {
  absent,
  againOrExpired,
  conflict,
  failed,
  isUid,
  type Look,
  recordOf,
  type Verdict,
} from './doubt.ts';
import type { WriteKind } from './kind.ts';
import { checkAlone, freeUid, holds, limitRefusal, type Plan, type PlanContext } from './plan.ts';

type Put = ArgsOf<'user.put'>;
const FIELDS = ['name', 'password', 'privilege', 'card'] as const satisfies readonly (keyof UserFields)[];

export const put: WriteKind<'user.put'> = {
  parse: (args) => operations['user.put'].args.parse(args),
  refuse({ args }, { device: { id: device, encoding }, dialect }) {
    if (dialect === null || dialect.userWidth === null) return null;
    // Badges in the table show which badge fits, whatever the terminal says of itself.
    return limitRefusal(args.fields, { device, encoding, limits: limitsOf(dialect, dialect.userWidth) });
  },
  plan({ args }, roster, context) {
    const { user_id, fields, mode } = args;
    const isNew = mode === 'create' || (mode === 'put' && mustBeMade(args, roster));
    const refusal = limitRefusal(isNew ? { ...fields, user_id } : fields, context);
    if (refusal !== null) throw refusal;
    return isNew ? planCreate(args, roster, context) : planUpdate(args, roster, context);
  },
  judge: ({ args }, look) => {
    if (args.mode === 'put') return judgePut(args, look);
    return args.mode === 'create' ? judgeCreate(args, look) : judgeUpdate(args, look);
  },
  whenOvertaken: ({ user_id, fields }, uid) => ({ uid: uid ?? 0, user_id, name: fields.name ?? '' }),
  coversBadge: ({ mode }) => mode === 'create',
  mayAdd: true,
  newBadge: ({ mode, user_id }) => (mode === 'update' ? null : user_id),
  undo: () => 'leave',
};

/** True for somebody who is not there. Nobody is made without a name, nor under a uid that somebody else chose. */
function mustBeMade({ user_id, fields, uid }: Put, roster: Roster): boolean {
  return roster.all(user_id).length === 0 && fields.name !== undefined && uid === undefined;
}

/** Whoever would have been made had there been a name is told what was missing. */
function nobody({ mode, user_id, uid, fields }: Put): SerenoError {
  const isNameless = mode === 'put' && uid === undefined && fields.name === undefined;
  return new SerenoError(isNameless ? 'name_missing' : 'user_not_found', { params: { user_id } });
}

function planCreate({ user_id, fields }: Put, roster: Roster, context: PlanContext): Plan {
  const { encoding, limits } = context;
  if (roster.all(user_id).length > 0) throw new SerenoError('user_exists', { params: { user_id } });
  const uid = freeUid(roster, context);
  const name = fields.name ?? '';
  // Some firmwares hold badges of 24 bytes, most of 9; the width that the terminal reports shows which.
  const userIdBytes = limits.userIdWidth > 9 ? 24 : 9;
  const user = { uid, userId: user_id, ...named(fields), name, userIdBytes } as const;
  const after = decodeUser(newUser(user, roster.width, encoding), roster.width, encoding);
  return { kind: 'put', before: null, after, fields, result: { uid, user_id, name, made: true } };
}

function planUpdate(args: Put, roster: Roster, context: PlanContext): Plan {
  const { user_id, fields, expect = {}, uid } = args;
  const { encoding } = context;
  const before = roster.find(user_id, uid);
  if (before === undefined) throw nobody(args);
  checkAlone(before, roster, context);
  if (holds(before, fields)) return { kind: 'nothing', result: resultOf(before) };
  // Somebody was quicker, and nobody has asked to undo that.
  if (!holds(before, expect)) throw new SerenoError('conflict', { params: { user_id } });
  const raw = patchUser(before.raw, roster.width, changed(before, fields), encoding);
  const after = decodeUser(raw, roster.width, encoding);
  return { kind: 'put', before, after, fields, result: resultOf(after) };
}

/** The journal tells whether somebody new was begun, or a change; where another agent may have, whoever is there is looked at. */
function judgePut(args: Put, look: Look): Verdict {
  const { before, uid, roster } = look;
  if (before === null && uid !== null) return judgeCreate(args, look);
  const isNobody = before === null && roster.all(args.user_id).length === 0;
  return isNobody ? againOrExpired(look) : judgeUpdate(args, look);
}

function judgeCreate({ user_id, fields }: Put, look: Look): Verdict {
  const record = recordOf(user_id, look.uid, look);
  if (record === undefined) return absent(user_id, look);
  const isOurs = isUid(record, look) && (holds(record, fields) || wasEdited(record, fields, look));
  if (isOurs) return { kind: 'succeeded', result: { ...resultOf(record), made: true } };
  return look.uid === null
    ? failed(new SerenoError('user_exists', { params: { user_id } }))
    : conflict(user_id);
}

function judgeUpdate(args: Put, look: Look): Verdict {
  const { user_id, fields, uid } = args;
  const { before, acknowledged = false, roster, inTime } = look;
  const record = recordOf(user_id, before?.uid ?? uid, look);
  // Another record of the badge is not the one that was meant, even if it holds just what was wanted.
  const isMeant = uid === undefined || record?.uid === uid;
  if (record === undefined || (before === null && !isMeant)) {
    return failed(nobody(args));
  }
  if (before !== null && record.uid !== before.uid) return conflict(user_id);
  const twins = roster.all(user_id).filter((each) => each.uid === record.uid);
  if (twins.length > 1 && !twins.every((each) => holds(each, fields))) return { kind: 'unknown' };
  // Another agent may have changed one of several records; nobody can say which.
  if (before === null && uid === undefined && roster.all(user_id).length > 1) return againOrExpired(look);
  const isEdited = before !== null && !isUntouched(record, before, fields);
  const isOverEdited =
    acknowledged && before !== null && isEdited && !isPartlyUntouched(record, before, fields);
  if (holds(record, fields) || isOverEdited) {
    return { kind: 'succeeded', result: resultOf(record) };
  }
  // Neither as wanted nor as before: somebody edited it since, and a late write would undo that.
  if (!inTime && isEdited) return failed(new SerenoError('superseded', { params: { user_id } }));
  return againOrExpired(look);
}

function resultOf({ uid, userId, name }: UserRecord) {
  return { uid, user_id: userId, name };
}

/** True if what was to be changed is as it was. */
function isUntouched(record: UserRecord, before: UserRecord, fields: UserFields): boolean {
  return FIELDS.every((field) => fields[field] === undefined || record[field] === before[field]);
}

/** True if something that was to be changed is as it was: a terminal that had taken the write would hold all of it, or what came after. */
function isPartlyUntouched(record: UserRecord, before: UserRecord, fields: UserFields): boolean {
  return FIELDS.some((field) => {
    const wanted = fields[field];
    return wanted !== undefined && record[field] !== wanted && record[field] === before[field];
  });
}

/**
 * True if this is the user that we wrote, and somebody at the keypad has changed something since: written as the terminal
 * said; or with a card or PIN that only we could have given it; or with such a name, under the uid that was free a moment
 * before.
 */
function wasEdited(
  record: UserRecord,
  { name, password, card }: UserFields,
  { uid, acknowledged }: Look,
): boolean {
  const isSame = (wanted: string | number | undefined, held: string | number) =>
    wanted !== undefined && wanted !== '' && wanted !== 0 && wanted === held;
  if (isSame(password, record.password) || isSame(card, record.card)) return true;
  return uid !== null && (acknowledged === true || isSame(name, record.name));
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
