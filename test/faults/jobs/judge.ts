// Whether every item of every job ended as it is told: at the terminals, for whoever asks twice, and in the feed.
import { explains, type Happening, keyOf, type UserState, type Verdict, type Wanted } from '../model.ts';
import type { Place } from './arena.ts';
import type { Item, Told } from './caller.ts';

/** A job of a schedule, with all that was told of it. */
export interface Job {
  readonly items: readonly Item[];
  /** When it was asked for, by `performance.now()`. */
  readonly from: number;
  /** Null: it was refused whole, or nobody has heard of it yet. */
  readonly id: string | null;
  readonly createdAt: number;
  /** By item and terminal: what was told first of an item that had ended, and when. */
  readonly ends: Map<string, { readonly told: Told; readonly at: number }>;
  /** Those of which nothing was told yet. */
  readonly open: readonly Told[];
}

/** A call for one user, as its caller saw it. */
export interface Single extends Happening {
  readonly device: string;
  readonly userId: string;
}

/** Badge and name that stood at a terminal at some moment. */
export type Seen = ReadonlySet<string>;

export function seenKey(device: string, userId: string, name: string): string {
  return `${device} ${userId} ${name}`;
}

const ENDED = ['succeeded', 'failed', 'expired', 'cancelled', 'unknown'];

export function hasEnded({ state, error }: Told): boolean {
  // Unknown is also what has not ended: then nothing is said of it yet.
  return ENDED.includes(state) && (state !== 'unknown' || error !== undefined);
}

export function itemKey({ item, device_id }: Told): string {
  return `${item} ${device_id}`;
}

function verdictOf({ state, error }: Told): Verdict {
  if (state === 'succeeded') return 'ok';
  if (state === 'unknown' || error === undefined || error.applied !== 'no') return 'open';
  return error.code === 'user_not_found' || error.code === 'name_missing' ? 'absent' : 'no';
}

function fieldsOf({ name, password, card }: Item): Wanted {
  return {
    ...(name === undefined ? {} : { name }),
    ...(password === undefined ? {} : { password }),
    ...(card === undefined ? {} : { card }),
  };
}

/** What happened to a badge at a terminal as far as it is told. @param keepsOrder false: a memory was lost, or a branch had another agent */
function happeningsOf(jobs: readonly Job[], device: string, keepsOrder: boolean): Map<string, Happening[]> {
  const all = new Map<string, Happening[]>();
  for (const job of jobs) {
    const open = job.open.map((told) => ({ told, at: Number.POSITIVE_INFINITY }));
    for (const { told, at } of [...job.ends.values(), ...open]) {
      const item = job.items[told.item];
      if (told.device_id !== device || item === undefined) continue;
      // Of one batch those of one user are made in the order in which they are asked.
      const order = job.createdAt + told.item / 10_000;
      const happening: Happening = {
        author: 'caller',
        from: job.from,
        to: verdictOf(told) === 'open' ? Number.POSITIVE_INFINITY : at,
        change: item.do === 'put' ? { kind: 'put', fields: fieldsOf(item) } : { kind: 'delete' },
        verdict: verdictOf(told),
        issuedAt: keepsOrder ? order : undefined,
      };
      all.set(item.user_id, [...(all.get(item.user_id) ?? []), happening]);
    }
  }
  return all;
}

/** Badges of a terminal that do not stand as was told. */
export function wrongAt(
  { device, terminal }: Place,
  jobs: readonly Job[],
  singles: readonly Single[],
  keepsOrder: boolean,
): string[] {
  const held = new Map<string, UserState>();
  for (const { userId, name, password, privilege, card, group } of terminal.users()) {
    held.set(userId, [...(held.get(userId) ?? []), { name, password, privilege, card, group }]);
  }
  const happenings = happeningsOf(jobs, device, keepsOrder);
  for (const single of singles) {
    if (single.device !== device) continue;
    happenings.set(single.userId, [...(happenings.get(single.userId) ?? []), single]);
  }
  return [...happenings].flatMap(([userId, history]) => {
    const end = held.get(userId) ?? [];
    if (explains(history, [], end)) return [];
    const told = history
      .toSorted((one, other) => one.from - other.from)
      .map(({ change, verdict, from, to }) => {
        const fields = 'fields' in change ? JSON.stringify(change.fields) : '';
        return `\n      ${change.kind} ${fields}: ${verdict}, ${from.toFixed(0)} to ${to.toFixed(0)}`;
      });
    return [`${userId} at ${device} is ${keyOf(end)}, which nothing of this explains:${told.join('')}`];
  });
}

/** Items that are told otherwise than what stood at a terminal at some moment; every name is given once. */
export function wrongItems(jobs: readonly Job[], seen: Seen, mayForget: boolean): string[] {
  return jobs.flatMap(({ id, items, ends }) =>
    [...ends.values()].flatMap(({ told }) => {
      const item = items[told.item];
      const { device_id: device, state, error } = told;
      const what = `item ${told.item} of ${id} at ${device} (${state} ${error?.code ?? ''})`;
      const verdict = verdictOf(told);
      if (verdict === 'open' && !mayForget) return [`${what}: nobody knows what became of it`];
      if (item?.name === undefined) return [];
      const stood = seen.has(seenKey(device, item.user_id, item.name));
      if (verdict === 'ok' && !stood) return [`${what}: ${item.name} never stood there`];
      return (verdict === 'no' || verdict === 'absent') && stood ? [`${what}: ${item.name} stood there`] : [];
    }),
  );
}
