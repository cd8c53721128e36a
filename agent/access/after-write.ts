// What becomes of a rule when the cloud has written to its user by the user routes.
import type { ArgsOf } from '../../shared/wire/operations.ts';
import { heldIn, isWanted, type Rule, slotOf } from './rule.ts';

/**
 * The rule as it is then; the same object where nothing has changed, null where there is none any more. A number of an active
 * rule follows what was written; a rule that is not active gives way to it.
 */
export function afterUserPut(
  rule: Rule,
  { fields }: Pick<ArgsOf<'user.put'>, 'fields'>,
  now: number,
  isOfAnother: (value: string) => boolean,
): Rule | null {
  const slot = slotOf(rule.type);
  if (fields[slot] === undefined) return rule;
  const value = heldIn({ card: fields.card ?? 0, password: fields.password ?? '' }, slot);
  if (!isWanted(rule, now)) return null;
  if (value === rule.value) return rule;
  return value === null || isOfAnother(value) ? null : { ...rule, value, held: true, told: null };
}
