// What can be said of items before their terminal is looked at: which number is meant, and what no terminal would take.
import {
  type IdentifierInfo,
  type IdentifierType,
  type IdentifierWish,
  identifierRuleShape,
  isName,
  WIEGAND_WIDEST,
  type Wiegand,
} from '../../shared/domain/access-identifier.ts';
import { parseNumber } from '../../shared/domain/identifier-number.ts';
import { HELD_TYPES, type HeldType, slotOf } from './rule.ts';

/** How a device writes numbers, and how many locks it has. */
export interface DeviceManners {
  readonly wiegand: Wiegand;
  readonly locks: number;
  readonly countsPasses: boolean;
}

export interface Refused {
  readonly info: IdentifierInfo;
  /** The number, where it is one. */
  readonly meant?: Meant;
}

/** A number as the terminal would hold it. */
export interface Meant {
  readonly type: HeldType;
  readonly value: string;
}

/** What is wished of a number: as it is called until now, and as it is to be. */
export interface Wish {
  readonly from: Meant;
  readonly to: Meant;
}

/** Which number is meant, of those that are there: one that came before the Wiegand type was set is still there. */
export function named(type: IdentifierType, number: string, { mode }: Wiegand): Meant | Refused {
  return meant(type, number, { mode, type: WIEGAND_WIDEST });
}

/** What can be said of a number without its terminal. */
function meant(type: IdentifierType, number: string, wiegand: Wiegand): Meant | Refused {
  if (type === 'face_id') return { info: 'face_id_not_supported' };
  const held = HELD_TYPES.find((each) => each === type);
  if (held === undefined) return { info: 'identifier_type_not_supported' };
  const parsed = parseNumber(held, number, wiegand);
  if ('value' in parsed) return { type: held, value: parsed.value };
  return {
    info: parsed.problem === 'too_long_for_terminal' ? 'identifier_type_not_supported' : 'wrong_rule',
  };
}

/** What can be said of a wish without its terminal: what is meant, before and after. */
export function judged(
  type: IdentifierType,
  wish: IdentifierWish,
  { wiegand, locks, countsPasses }: DeviceManners,
): Wish | Refused {
  const from = meant(type, wish.number, wiegand);
  if ('info' in from) return from;
  const to = meant(wish.new_type ?? type, wish.number, wiegand);
  if ('info' in to) return { ...to, meant: from };
  // Passes that nobody counts would be passes without end.
  const isEndless = wish.max_passes !== null && !countsPasses;
  const info = ruleProblem(wish, locks) ?? (isEndless ? 'wrong_rule' : null);
  return info === null ? { from, to } : { info, meant: from };
}

function ruleProblem(
  { window, max_passes, has_profiles, owner, lock }: IdentifierWish,
  locks: number,
): IdentifierInfo | null {
  const isWindow = identifierRuleShape.window.safeParse(window).success;
  if (!isWindow || (window !== null && window.from >= window.to)) return 'invalid_time_rules_settings';
  if (has_profiles === true) return 'bound_time_profile_doesnt_exist';
  if (!identifierRuleShape.max_passes.safeParse(max_passes).success || !isName(owner.name))
    return 'wrong_rule';
  return lock === 'second' && locks < 2 ? 'lock_not_available' : null;
}

/** Names a number whatever it is called: cards and keys share a slot of the user, and so their numbers. */
export function keyOf({ type, value }: Meant): string {
  return `${slotOf(type)}/${value}`;
}

/** The same judgements; a number that a batch names twice is refused each time. */
export function judgedAlone<J extends Meant | Wish>(all: readonly (Refused | J)[]): (Refused | J)[] {
  const keys = all.map((each) => {
    const number = numberOf(each);
    return number === null ? null : keyOf(number);
  });
  const counts = new Map<string | null, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return all.map((each, index) => {
    const key = keys[index] ?? null;
    return key !== null && (counts.get(key) ?? 0) > 1 ? { info: 'has_dublicates' } : each;
  });
}

function numberOf(each: Refused | Meant | Wish): Meant | null {
  if ('info' in each) return each.meant ?? null;
  return 'from' in each ? each.from : each;
}
