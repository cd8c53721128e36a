// Identifiers as they are listed: those that rules govern, and cards of the terminal that none governs.
import type { Identifier, IdentifierType, Wiegand } from '../../shared/domain/access-identifier.ts';
import { showNumber } from '../../shared/domain/identifier-number.ts';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import { named } from './judge.ts';
import { heldIn, isOver, type Rule, shownState, slotOf } from './rule.ts';

export interface ListScene {
  readonly rules: readonly Rule[];
  /** Null where only rules are listed. */
  readonly roster: Roster | null;
  readonly wiegand: Wiegand;
  readonly enforced: Identifier['passes_enforced'];
  readonly now: number;
}

/** Whether the terminal's table is needed for a list: cards without a rule are in it; PINs without one are nobody's business. */
export function needsRoster(type: IdentifierType): boolean {
  return type === 'card';
}

/** One page, and how many there are in all. */
export function listed(
  args: ArgsOf<'identifier.list'>,
  scene: ListScene,
): { total: number; data: Identifier[] } {
  const { type, number, limit, page, sort } = args;
  const one = number === undefined ? null : named(type, number, scene.wiegand);
  const value = one === null || 'info' in one ? null : one.value;
  const all = identifiersOf(type, scene)
    .filter((each) => one === null || each.value === value)
    .sort((a, b) => (sort === 'asc' ? 1 : -1) * compared(a.value, b.value));
  const data = all.slice((page - 1) * limit, page * limit).map(({ shown }) => shown());
  return { total: all.length, data };
}

interface Listed {
  readonly value: string;
  readonly shown: () => Identifier;
}

function identifiersOf(type: IdentifierType, scene: ListScene): Listed[] {
  const { rules, roster } = scene;
  const others = roster === null ? [] : ungoverned(roster, rules, scene);
  const own = rules.filter((rule) => rule.type === type);
  // What is over is not shown any more once somebody else has the number.
  const isPast = (rule: Rule) => isOver(rule, scene.now);
  const givenAnew = new Set([...others, ...own.filter((rule) => !isPast(rule))].map(({ value }) => value));
  const governed = own
    .filter((rule) => !(isPast(rule) && givenAnew.has(rule.value)))
    .map((rule) => ({ value: rule.value, shown: () => shownRule(rule, scene) }));
  return [...others, ...governed];
}

/** Cards that somebody has without a rule of his own for it, even where another's rule names the same number. */
function ungoverned(roster: Roster, rules: readonly Rule[], scene: ListScene): Listed[] {
  const placeOf = (userId: string, value: string) => `${userId}/${value}`;
  const cards = rules.filter(({ type }) => slotOf(type) === 'card');
  const known = new Set(cards.map(({ userId, value }) => placeOf(userId, value)));
  const others: Listed[] = [];
  for (const record of roster.records()) {
    const { userId } = record;
    const value = heldIn(record, 'card');
    if (value === null || known.has(placeOf(userId, value))) continue;
    others.push({ value, shown: () => shownCard(value, userId, scene) });
  }
  return others;
}

function shownRule(rule: Rule, { wiegand, enforced, now }: ListScene): Identifier {
  const { type, value, owner, lock, window, max_passes, passes, held } = rule;
  return {
    type,
    number: showNumber(type, value, wiegand),
    owner,
    lock,
    window,
    max_passes,
    passes_left: max_passes === null ? null : Math.max(0, max_passes - passes),
    state: shownState(rule, now),
    passes_enforced: enforced,
    on_terminal: held,
  };
}

/** Somebody's card for good; the badge as its owner's name, by which he can be found again without doubt. */
function shownCard(value: string, userId: string, { wiegand, enforced }: ListScene): Identifier {
  return {
    type: 'card',
    number: showNumber('card', value, wiegand),
    owner: { type: 'owner', name: userId },
    lock: 'all',
    window: null,
    max_passes: null,
    passes_left: null,
    state: 'active',
    passes_enforced: enforced,
    on_terminal: true,
  };
}

/** As numbers where both are. */
function compared(a: string, b: string): number {
  const [first, second] = [BigInt(a), BigInt(b)];
  if (first !== second) return first < second ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}
