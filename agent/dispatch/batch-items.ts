// The items of a batch: each as a write of its own, in an order that is kept, and what is told of them.
import { createHash } from 'node:crypto';
import { SerenoError } from '../../shared/errors.ts';
import type { Command, Verified } from '../../shared/wire/envelope.ts';
import type { ArgsOf, BatchItem, BatchResult } from '../../shared/wire/operations.ts';
import { failure, type Result } from '../result.ts';
import type { OwnOrder } from './own-writes.ts';

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A ULID of the same time: whoever asks when it was made is told when the batch was. */
export function idOf(id: string, index: number, attempt: number): string {
  const hash = createHash('sha256').update(`${id} ${index} ${attempt}`).digest();
  const random = Array.from(hash.subarray(0, 16), (byte) => DIGITS[byte & 31]).join('');
  return `${id.slice(0, 10)}${random}`;
}

/** The write that an item is, at its first try or a further one. */
export function orderOf(
  { id, issuedAt, notAfter }: Command,
  item: BatchItem,
  index: number,
  attempt: number,
): OwnOrder {
  const base = { id: idOf(id, index, attempt), issuedAt, notAfter };
  const { user_id, uid } = item;
  const which = uid === undefined ? {} : { uid };
  if (item.do === 'put') {
    const args: ArgsOf<'user.put'> = { mode: 'put', user_id, fields: item.fields, ...which };
    return { ...base, op: 'user.put', args };
  }
  const all = item.all === undefined ? {} : { all: item.all };
  const args: ArgsOf<'user.delete'> = { user_id, ...which, ...all };
  return { ...base, op: 'user.delete', args };
}

/**
 * Before some are tried again: one that would undo a later one of the same user is not done any more, and later ones of which
 * nothing was done come again behind it.
 */
export function keepOrder(items: readonly BatchItem[], results: (Result | null)[]): void {
  for (const [index, item] of items.entries()) {
    if (results[index] !== null) continue;
    const later = [...items.keys()].filter((n) => n > index && isSameUser(items[n], item));
    if (later.some((n) => mayHaveChanged(results[n]))) {
      results[index] = failure(new SerenoError('superseded', { params: { user_id: item.user_id } }));
    } else for (const n of later) results[n] = null;
  }
}

function isSameUser(one: BatchItem | undefined, other: BatchItem): boolean {
  if (one?.user_id !== other.user_id) return false;
  return one.uid === undefined || other.uid === undefined || one.uid === other.uid;
}

function mayHaveChanged(result: Result | null | undefined): boolean {
  return result != null && (result.status === 'ok' || result.error.applied !== 'no');
}

/** What became of an item, as the cloud is told it. */
export function told(result: Result): BatchResult {
  if (result.status === 'ok') {
    const { uid, made } = (result.data ?? {}) as { readonly uid?: number; readonly made?: true };
    const which = { ...(uid === undefined ? {} : { uid }), ...(made === true ? { made } : {}) };
    return { status: 'ok', verified: result.verified, ...which };
  }
  const { code, params, applied } = result.error;
  return { status: result.status, code, params: { ...params }, applied };
}

const STRENGTH: readonly Verified[] = ['none', 'ack', 'counters', 'readback'];

/** What can be said of all of them: the weakest proof, and whether anything was done. */
export function summary(results: readonly Result[]) {
  const done = results.flatMap((result) =>
    result.status === 'ok' ? [STRENGTH.indexOf(result.verified)] : [],
  );
  const verified = STRENGTH[done.length === 0 ? 0 : Math.min(...done)] ?? 'none';
  if (done.length === results.length) return { verified, applied: 'yes' } as const;
  const failures = results.flatMap((result) => (result.status === 'ok' ? [] : [result.error.applied]));
  if (failures.includes('unknown')) return { verified, applied: 'unknown' } as const;
  const isUntouched = done.length === 0 && failures.every((applied) => applied === 'no');
  return { verified, applied: isUntouched ? 'no' : 'partial' } as const;
}
