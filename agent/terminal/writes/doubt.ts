// What became of a write whose answer was lost, told by looking at the terminal.
import type { UserFields } from '../../../shared/domain/user.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { ArgsOf } from '../../../shared/wire/operations.ts';
import type { UserRecord } from '../../zk/users.ts';
import type { Roster } from '../tables/roster.ts';
import { holds, type Wish } from './plan.ts';
import { isRestored } from './undo-copy.ts';

/** What the journal noted before the write. */
export interface Doubt {
  /** Null: not begun here; another agent may have. */
  readonly uid: number | null;
  /** The record as it was; null for a create. */
  readonly before: UserRecord | null;
  /** The terminal had said that it was written: what differs from it now was changed since. */
  readonly acknowledged?: boolean;
}

export type Verdict =
  | { readonly kind: 'succeeded'; readonly result: unknown }
  /** Nothing of it is there: it may run again, if there is time. */
  | { readonly kind: 'again' }
  /** Not even the terminal can tell. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly error: SerenoError };

/** The verdict on one write, from a roster that was read after it. Never guesses: the terminal decides. */
export function judge(wish: Wish, doubt: Doubt, roster: Roster, inTime: boolean): Verdict {
  if (wish.op === 'user.delete') return judgeDelete(wish.args, doubt, roster, inTime);
  if (wish.op === 'user.restore') return judgeRestore(wish, doubt, roster, inTime);
  return wish.args.mode === 'create'
    ? judgeCreate(wish.args, doubt, roster, inTime)
    : judgeUpdate(wish.args, doubt, roster, inTime);
}

type Put = ArgsOf<'user.put'>;

/** The record that a write was about: under the uid that it had, or the only one of its badge. */
function recordOf(userId: string, uid: number | null | undefined, roster: Roster): UserRecord | undefined {
  const all = roster.all(userId);
  return all.find((record) => record.uid === uid) ?? all[0];
}

function judgeCreate({ user_id, fields }: Put, doubt: Doubt, roster: Roster, inTime: boolean): Verdict {
  const record = recordOf(user_id, doubt.uid, roster);
  if (record !== undefined) {
    const ours = isUid(record, doubt) && (holds(record, fields) || wasEdited(record, fields, doubt));
    const result = { uid: record.uid, user_id, name: record.name };
    if (ours) return { kind: 'succeeded', result };
    return doubt.uid === null ? exists(user_id) : conflict(user_id);
  }
  if (isTaken(doubt, roster)) return conflict(user_id);
  return inTime ? { kind: 'again' } : expired();
}

/** True if somebody else stands where the write was to stand. */
function isTaken({ uid }: Doubt, roster: Roster): boolean {
  return uid !== null && roster.at(uid).length > 0;
}

/** Succeeded means that the record is back; its fingers are looked after by whoever asked. */
function judgeRestore(
  { args: { user_id }, copy }: Wish & { readonly op: 'user.restore' },
  doubt: Doubt,
  roster: Roster,
  inTime: boolean,
): Verdict {
  const record = recordOf(user_id, doubt.uid, roster);
  if (record === undefined) {
    if (isTaken(doubt, roster)) return conflict(user_id);
    return inTime ? { kind: 'again' } : expired();
  }
  try {
    const ours = isUid(record, doubt) && isRestored(record, copy());
    return ours ? { kind: 'succeeded', result: { user_id, fingers: 0 } } : conflict(user_id);
  } catch (error) {
    // The copy's time is over, its key is gone, or it is of a form that this agent does not know.
    const isKnown = error instanceof SerenoError;
    return { kind: 'failed', error: isKnown ? error : new SerenoError('internal', { cause: error }) };
  }
}

function judgeUpdate(
  { user_id, fields, uid }: Put,
  { before, acknowledged = false }: Doubt,
  roster: Roster,
  inTime: boolean,
): Verdict {
  const record = recordOf(user_id, before?.uid ?? uid, roster);
  // Another record of the badge is not the one that was meant, even if it holds just what was wanted.
  const isMeant = uid === undefined || record?.uid === uid;
  if (record === undefined || (before === null && !isMeant)) {
    return { kind: 'failed', error: new SerenoError('user_not_found', { params: { user_id } }) };
  }
  if (before !== null && record.uid !== before.uid) return conflict(user_id);
  const twins = roster.all(user_id).filter((each) => each.uid === record.uid);
  if (twins.length > 1 && !twins.every((each) => holds(each, fields))) return { kind: 'unknown' };
  // Another agent may have changed one of several records; which one, nobody can tell.
  if (before === null && uid === undefined && roster.all(user_id).length > 1) {
    return inTime ? { kind: 'again' } : expired();
  }
  const wasEdited = before !== null && !isUntouched(record, before, fields);
  if (holds(record, fields) || (acknowledged && wasEdited)) {
    return { kind: 'succeeded', result: { uid: record.uid, user_id, name: record.name } };
  }
  if (inTime) return { kind: 'again' };
  // Neither as wanted nor as before: somebody edited it since, and a late write would undo that.
  return wasEdited
    ? { kind: 'failed', error: new SerenoError('superseded', { params: { user_id } }) }
    : expired();
}

/** True if what was to be changed is as it was. */
function isUntouched(record: UserRecord, before: UserRecord, fields: UserFields): boolean {
  const isAsBefore = (field: keyof UserFields) =>
    fields[field] === undefined || record[field] === before[field];
  return isAsBefore('name') && isAsBefore('password') && isAsBefore('privilege') && isAsBefore('card');
}

function judgeDelete(
  { user_id, all, uid }: ArgsOf<'user.delete'>,
  doubt: Doubt,
  roster: Roster,
  inTime: boolean,
): Verdict {
  const gone: Verdict = { kind: 'succeeded', result: { user_id } };
  const left = roster.all(user_id);
  if (left.length === 0) return gone;
  const meant = doubt.uid ?? uid ?? null;
  // Under another uid it is somebody enrolled anew: the one that was to go has gone.
  if (all !== true && meant !== null && left.every((record) => record.uid !== meant)) return gone;
  if (inTime) return { kind: 'again' };
  const isPartial = all === true && doubt.uid !== null;
  if (!isPartial) return expired();
  const params = { what: '@kept_user', user_id } as const;
  return { kind: 'failed', error: new SerenoError('not_verified', { params, applied: 'partial' }) };
}

/**
 * True if this is the user that we wrote, and somebody at the keypad has changed something since: written as the terminal
 * said; or with a card or PIN that only we could have given it; or with such a name, under the uid that was free a moment
 * before.
 */
function wasEdited(
  record: UserRecord,
  { name, password, card }: UserFields,
  { uid, acknowledged }: Doubt,
): boolean {
  const isSame = (wanted: string | number | undefined, held: string | number) =>
    wanted !== undefined && wanted !== '' && wanted !== 0 && wanted === held;
  if (isSame(password, record.password) || isSame(card, record.card)) return true;
  return uid !== null && (acknowledged === true || isSame(name, record.name));
}

function isUid(record: UserRecord, { uid }: Doubt): boolean {
  return uid === null || record.uid === uid;
}

function exists(user_id: string): Verdict {
  return { kind: 'failed', error: new SerenoError('user_exists', { params: { user_id } }) };
}

function conflict(user_id: string): Verdict {
  return { kind: 'failed', error: new SerenoError('conflict', { params: { user_id } }) };
}

function expired(): Verdict {
  return { kind: 'failed', error: new SerenoError('expired') };
}
