// What can be taken off a terminal without looking at it first: each write is made only where the number is still there.
import { reasonOf, type Work } from './plan-slots.ts';
import { fieldsOf, isWanted, type Rule, slotOf } from './rule.ts';

export interface OverdueScene {
  readonly rules: readonly Rule[];
  readonly now: number;
  readonly includes: (userId: string) => boolean;
}

/** One `Work` a user with numbers that should be off, as far as is known. */
export function planOverdue({ rules, now, includes }: OverdueScene): Work[] {
  const overdueOf = Map.groupBy(
    rules.filter((rule) => rule.held && !isWanted(rule, now)),
    ({ userId }) => userId,
  );
  return [...overdueOf].flatMap(([userId, overdue]) => {
    if (!includes(userId)) return [];
    const changes = overdue.map((rule) => ({
      rule,
      set: { held: false, told: null },
      event: { type: 'rule.off', reason: reasonOf(rule, now) } as const,
    }));
    const side = (held: boolean) =>
      Object.assign({}, ...overdue.map(({ type, value }) => fieldsOf(slotOf(type), held ? value : null)));
    const args = { mode: 'update', user_id: userId, fields: side(false), expect: side(true) } as const;
    return { userId, writes: [{ op: 'user.put', args }], isOverdue: true, changes } as const;
  });
}
