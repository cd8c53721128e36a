// Numbers with limits of users who were deleted: a restore brings these back, and their limits are gone.
import * as z from 'zod';
import { keyOf } from './judge.ts';
import { endedAlready, ruleSchema } from './rule.ts';
import type { AccessStore } from './store.ts';

const rulesSchema = z.array(ruleSchema);

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
  // Also where another has the number by now: that is no reason to have it without limits.
  const own = store.rules(device).filter((rule) => rule.userId === userId);
  const keys = new Set(own.map(keyOf));
  const back = rulesSchema.parse(JSON.parse(text)).filter((rule) => !keys.has(keyOf(rule)));
  store.atomically(() => {
    store.removeNote(name);
    for (const rule of back) store.putRule(endedAlready(rule));
  });
}

function noteOf(device: string, userId: string): string {
  return `left/${device}/${userId}`;
}
