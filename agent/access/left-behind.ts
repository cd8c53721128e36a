// Numbers with limits of users who were deleted: a restore brings these back, and their limits are gone.
import * as z from 'zod';
import { keyOf } from './judge.ts';
import { type Rule, ruleSchema } from './rule.ts';
import type { AccessStore } from './store.ts';

const rulesSchema = z.array(ruleSchema);
/** Long over. */
const PAST = { from: 0, to: 1 };

/** Notes what the deleted user took along. `isForGood`: nothing is kept by which he could be restored. */
export function noteLeft(store: AccessStore, device: string, userId: string, isForGood: boolean): void {
  const own = store.rules(device).filter((rule) => rule.userId === userId && rule.held);
  const limited = own.filter(({ window, max_passes }) => window !== null || max_passes !== null);
  const name = noteOf(device, userId);
  if (isForGood) store.removeNote(name);
  // Told again after a crash, nothing is left of them: what was noted then stays.
  else if (limited.length > 0) store.putNote(name, JSON.stringify(limited));
}

/** The user is back: what he had within limits counts as ended, and so it goes. */
export function endWhatCameBack(store: AccessStore, device: string, userId: string): void {
  const name = noteOf(device, userId);
  const text = store.note(name);
  if (text === null) return;
  const keys = new Set(store.rules(device).map(keyOf));
  const back = rulesSchema.parse(JSON.parse(text)).filter((rule) => !keys.has(keyOf(rule)));
  store.atomically(() => {
    store.removeNote(name);
    for (const rule of back) store.putRule(ended(rule));
  });
}

function ended(rule: Rule): Rule {
  return { ...rule, window: PAST, told: null };
}

function noteOf(device: string, userId: string): string {
  return `left/${device}/${userId}`;
}
