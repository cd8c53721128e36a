// Two people of one file who would have the same badge or card at one terminal: a terminal knows people by these.
import type { Plan } from './plan.ts';
import type { PersonRow } from './rows.ts';
import { type Places, sitesOf, targetsOf } from './spread.ts';

interface NumberedPlan {
  readonly line: number;
  readonly plan: Plan;
}

interface Repeat {
  readonly line: number;
  readonly column: 'user_id' | 'card';
  readonly text: 'number_repeated';
}

interface Claim {
  readonly line: number;
  readonly column: 'user_id' | 'card';
  readonly number: string;
  /** Terminals, and branches where there may be some later. */
  readonly places: readonly string[];
}

/** The later one of each two. Another branch may give its badges by itself: only who comes to the same terminals counts. */
export function sharedNumbers(lines: readonly NumberedPlan[], map: Places): Repeat[] {
  const taken = new Set<string>();
  return lines
    .flatMap((line) => claimsOf(line, map))
    .flatMap(({ line, column, number, places }): Repeat[] => {
      const own = places.map((place) => `${column} ${number} ${place}`);
      const isTaken = own.some((key) => taken.has(key));
      for (const key of own) taken.add(key);
      return isTaken ? [{ line, column, text: 'number_repeated' }] : [];
    });
}

function claimsOf({ line, plan }: NumberedPlan, map: Places): Claim[] {
  const person: PersonRow | null = plan.after ?? plan.before;
  if (person === null) return [];
  const places = [
    ...[...targetsOf(person, map).keys()].map((device) => `terminal ${device}`),
    ...[...sitesOf(person, map)].map((site) => `branch ${site}`),
  ];
  const badge: Claim = { line, column: 'user_id', number: person.userId, places };
  const { card = 0 } = plan;
  return card === 0 ? [badge] : [badge, { line, column: 'card', number: String(card), places }];
}
