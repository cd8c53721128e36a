// A write whose answer was lost, and what a look at the terminal can say of it; each kind of write judges by itself.
import { SerenoError } from '../../../shared/errors.ts';
import type { UserRecord } from '../../zk/users.ts';
import type { Roster } from '../tables/roster.ts';

/** What the journal noted before the write. */
export interface Doubt {
  /** Null: not begun here; another agent may have. */
  readonly uid: number | null;
  /** The record as it was; null for a create. */
  readonly before: UserRecord | null;
  /** The terminal had said that it was written: what differs from it now was changed since. */
  readonly acknowledged?: boolean;
}

/** By what a write in doubt is judged. */
export interface Look extends Doubt {
  /** Read after the write. */
  readonly roster: Roster;
  /** True while it may still be written. */
  readonly inTime: boolean;
}

export type Verdict =
  | { readonly kind: 'succeeded'; readonly result: unknown }
  /** Nothing of it is there: it may run again, if there is time. */
  | { readonly kind: 'again' }
  /** Not even the terminal can tell. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly error: SerenoError };

/** The record that a write was about: under the uid that it had, or the only one of its badge. */
export function recordOf(
  userId: string,
  uid: number | null | undefined,
  { roster }: Look,
): UserRecord | undefined {
  const all = roster.all(userId);
  return all.find((record) => record.uid === uid) ?? all[0];
}

/** True if the record stands where it was written, or nobody knows where that was. */
export function isUid(record: UserRecord, { uid }: Look): boolean {
  return uid === null || record.uid === uid;
}

/** The verdict on somebody new who is not there: somebody else may stand where the write was to stand. */
export function absent(user_id: string, look: Look): Verdict {
  const { uid, roster } = look;
  return uid !== null && roster.at(uid).length > 0 ? conflict(user_id) : againOrExpired(look);
}

/** Nothing of it is there. */
export function againOrExpired({ inTime }: Look): Verdict {
  return inTime ? { kind: 'again' } : failed(new SerenoError('expired'));
}

export function conflict(user_id: string): Verdict {
  return failed(new SerenoError('conflict', { params: { user_id } }));
}

export function failed(error: SerenoError): Verdict {
  return { kind: 'failed', error };
}
