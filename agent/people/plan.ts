// What is to be written so that a terminal holds the people who are wanted there, as they are wanted, and nobody who must not be there.

import type { UserFields } from '../../shared/domain/user.ts';
import type { DriftField } from '../../shared/domain/wanted-person.ts';
import type { LocalWriteBody } from '../access/ports.ts';
import type { Slot } from '../access/rule.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import type { UserRecord } from '../zk/users.ts';
import { isWantedThere, type Wanted, type WantedThere } from './wanted.ts';

/**
 * - `as wanted`: nothing is to be done
 * - `waits`: somebody else who has the badge must go first
 * - `refused`: it cannot be done: somebody else has the badge, or the name is missing
 * - `differs`: with `writes` it becomes as wanted; `fields` say where it is not
 */
export type Step =
  | { readonly kind: 'as wanted' }
  | { readonly kind: 'waits' }
  | { readonly kind: 'refused'; readonly code: 'user_exists' | 'name_missing' }
  | {
      readonly kind: 'differs';
      readonly fields: readonly DriftField[];
      readonly writes: readonly LocalWriteBody[];
    };

const AS_WANTED: Step = { kind: 'as wanted' };
const FIELDS = ['name', 'password', 'privilege', 'card'] as const;

export interface PlanPorts {
  /** The numbers of a user that rules govern: these are theirs. */
  readonly ruled: (userId: string) => ReadonlySet<Slot>;
  /** Everybody of the terminal who has, had or must not have that badge. */
  readonly byBadge: (userId: string) => readonly Wanted[];
}

/** The badges that must leave the terminal for this person; needs no look at it. */
export function badgesToClear(wanted: Wanted, { byBadge }: Pick<PlanPorts, 'byBadge'>): string[] {
  if (!wanted.isKept) return [];
  const badges = wanted.want === null ? [wanted.userId, ...wanted.former] : wanted.former;
  const isOfOther = (badge: string) =>
    byBadge(badge).some((other) => {
      if (other.person === wanted.person || other.userId !== badge || !isWantedThere(other)) return false;
      // Whoever went long ago is nobody to those who came after.
      return other.stands || (wanted.want === null && wanted.reached);
    });
  return [...new Set(badges)].filter((badge) => !isOfOther(badge));
}

/** How somebody stands on `roster`. */
export function planPerson(wanted: Wanted, roster: Roster, ports: PlanPorts): Step {
  const there = badgesToClear(wanted, ports).filter((badge) => roster.all(badge).length > 0);
  if (there.length > 0) return { kind: 'differs', fields: ['user'], writes: there.map(removal) };
  return isWantedThere(wanted) ? planThere(wanted, roster, ports) : AS_WANTED;
}

/** Takes away every record of a badge. */
export function removal(userId: string): LocalWriteBody {
  return { op: 'user.delete', args: { user_id: userId, all: true } };
}

function planThere(wanted: WantedThere, roster: Roster, ports: PlanPorts): Step {
  const { userId } = wanted;
  const others = ports.byBadge(userId).filter(({ person }) => person !== wanted.person);
  const isLeaving = (other: Wanted) => !other.reached && badgesToClear(other, ports).includes(userId);
  if (!wanted.stands && others.some(isLeaving)) return { kind: 'waits' };
  if (others.some((other) => isBefore(other, wanted))) return { kind: 'refused', code: 'user_exists' };
  const fields = fieldsFor(wanted, ports.ruled(userId));
  const records = roster.all(userId);
  if (records.length === 0) {
    if (fields.name === undefined) return { kind: 'refused', code: 'name_missing' };
    const args = { mode: 'create', user_id: userId, fields } as const;
    return { kind: 'differs', fields: ['user'], writes: [{ op: 'user.put', args }] };
  }
  const wrong = records.filter((record) => differences(record, fields).length > 0);
  if (wrong.length === 0) return AS_WANTED;
  const writes = wrong.map(({ uid }): LocalWriteBody => {
    const which = records.length > 1 ? { uid } : {};
    return { op: 'user.put', args: { mode: 'update', user_id: userId, fields, ...which } };
  });
  const names = new Set(wrong.flatMap((record) => differences(record, fields)));
  return { kind: 'differs', fields: FIELDS.filter((field) => names.has(field)), writes };
}

/** A badge has one owner: whose record stands there, else the first by id. */
function isBefore(other: Wanted, wanted: WantedThere): boolean {
  if (other.userId !== wanted.userId || !isWantedThere(other)) return false;
  return other.stands === wanted.stands ? other.person < wanted.person : other.stands;
}

/** What is written of the person: all that is wanted and no rule's. */
export function fieldsFor({ want }: WantedThere, ruled: ReadonlySet<Slot>): UserFields {
  const { card, password, ...rest } = want;
  return {
    ...rest,
    ...(password === undefined || ruled.has('password') ? {} : { password }),
    ...(card === undefined || ruled.has('card') ? {} : { card }),
  };
}

function differences(record: UserRecord, fields: UserFields): (typeof FIELDS)[number][] {
  return FIELDS.filter((field) => fields[field] !== undefined && fields[field] !== record[field]);
}

/** Everybody of a terminal by the badges that they have, had or must not have. */
export function badgeBook(all: readonly Wanted[]): PlanPorts['byBadge'] {
  const book = new Map<string, Wanted[]>();
  for (const wanted of all) {
    for (const badge of new Set([wanted.userId, ...wanted.former])) {
      book.set(badge, [...(book.get(badge) ?? []), wanted]);
    }
  }
  return (userId) => book.get(userId) ?? [];
}
