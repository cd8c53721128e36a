// What is told of rules that cannot be kept at the moment, once each.
import { reasonOf } from './plan-slots.ts';
import { isWanted, type Rule } from './rule.ts';
import type { Note } from './task.ts';

/** `isRefused`: the terminal has answered, and does not take the number; else it is away, which is told of the terminal itself. */
export function troubleOf(rules: readonly Rule[], isRefused: boolean, now: number): Note[] {
  return rules.flatMap((rule): Note[] => {
    const isOverdue = rule.held && !isWanted(rule, now);
    if (rule.told !== null || (!isOverdue && !isRefused)) return [];
    const event = isOverdue
      ? ({ type: 'rule.overdue', reason: reasonOf(rule, now) } as const)
      : ({ type: 'rule.failed', reason: 'failed' } as const);
    return [{ rule: rule.id, set: { told: isOverdue ? 'overdue' : 'failed' }, event }];
  });
}
