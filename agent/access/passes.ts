// Which rules a punch counts for.
import type { PunchEvent } from '../../shared/wire/events.ts';
import { type Rule, type Slot, slotOf } from './rule.ts';

/** How a person was verified, as far as it tells by what. */
const SLOT_OF_STATUS: Readonly<Record<number, Slot>> = { 0: 'password', 3: 'password', 2: 'card', 4: 'card' };
/** Punches have whole seconds. */
const SECOND_MS = 1000;

export interface PunchMoment {
  /** When it was, by the cloud's clock, as far as that is known. */
  readonly at: number;
  /** A guest is at the terminal for his identifiers alone, so that whatever he does counts for these. */
  readonly isGuest: boolean;
}

/** The rules of its user that have one pass less by it. */
export function countedFor(
  { user_id, status }: Pick<PunchEvent, 'user_id' | 'status'>,
  rules: readonly Rule[],
  { at, isGuest }: PunchMoment,
): Rule[] {
  const slot = SLOT_OF_STATUS[status];
  return rules.filter(({ userId, max_passes, type, since, window }) => {
    if (userId !== user_id || max_passes === null) return false;
    const isMeant = slot === undefined ? isGuest : slotOf(type) === slot;
    const from = Math.max(since, (window?.from ?? 0) * SECOND_MS);
    return isMeant && at + SECOND_MS > from;
  });
}
