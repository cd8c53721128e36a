// A look at all fingers of a terminal: whose they are and in which slots. Templates pass by and are not kept.

import type { FingerLook, Hand } from '../people/finger-inventory.ts';
import { NO_HAND } from '../people/finger-inventory.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import type { RosterCache } from '../terminal/tables/roster-cache.ts';
import { openSet } from '../zk/bulk.ts';
import type { Conversation } from '../zk/conversation.ts';
import { sameCounters } from '../zk/counters.ts';
import { readOption } from '../zk/options.ts';
import { TemplateHeads } from '../zk/template-heads.ts';
import { DURESS, VALID } from './transfer.ts';

/** A part of the table: after each of them somebody else may have the terminal. */
const PART = 32 * 1024;
const FINGERS = 10;
/** The option that names the kind of templates. */
const VERSION = '~ZKFPVersion';

export interface FingersSeen {
  readonly look: Pick<FingerLook, 'count' | 'version'>;
  /** By badge. */
  readonly hands: ReadonlyMap<string, Hand>;
}

/**
 * @param isWanted somebody waits for the terminal
 * @returns null where the look was given up, or people were at the keypad meanwhile
 * @throws SerenoError; ZkError
 */
export async function lookAtFingers(
  conversation: Conversation,
  cache: RosterCache,
  { signal, isWanted }: { readonly signal: AbortSignal; readonly isWanted: () => boolean },
): Promise<FingersSeen | null> {
  const roster = await cache.fresh(conversation, { signal });
  const before = roster.counters;
  const version = await readOption(conversation, VERSION, { signal });
  const heads = new TemplateHeads();
  const set = await openSet(conversation, 'templates', { signal, capacity: before?.capacity });
  try {
    for (let from = 0; from < set.size; from += PART) {
      if (isWanted()) return null;
      const part = await set.read(from, Math.min(from + PART, set.size));
      heads.take(part);
      part.fill(0);
    }
  } finally {
    await set.free();
  }
  const found = heads.end();
  const after = await cache.counters(conversation, signal);
  if (before !== null && (after === null || !sameCounters(before, after))) return null;
  return { look: { count: before?.fingers ?? null, version }, hands: handsOf(found, roster) };
}

function handsOf(found: ReturnType<TemplateHeads['end']>, roster: Roster): Map<string, Hand> {
  const hands = new Map<string, Hand>();
  for (const { uid, finger, flag } of found) {
    const [userId, another] = roster.badgesAt(uid);
    if (userId === undefined || another !== undefined || finger >= FINGERS) continue;
    const { usable, duress, taken } = hands.get(userId) ?? NO_HAND;
    const bit = 1 << finger;
    hands.set(userId, {
      usable: flag === VALID ? usable | bit : usable,
      duress: flag === DURESS ? duress | bit : duress,
      taken: taken | bit,
    });
  }
  return hands;
}
