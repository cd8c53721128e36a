// Fingers from one terminal to another: taken at the one, given to the other, in memory alone and wiped after it.
import { readFinger } from '../terminal/tables/fingers.ts';
import type { RosterCache } from '../terminal/tables/roster-cache.ts';
import { refreshData } from '../zk/control.ts';
import type { Conversation } from '../zk/conversation.ts';
import { isZkError, tolerateRefusal } from '../zk/errors.ts';
import { type FingerTemplate, uploadTemplate } from '../zk/templates.ts';

/** Flags of a template: an ordinary finger, and one that raises a silent alarm. */
export const VALID = 1;
export const DURESS = 3;

/** A finger that is wanted elsewhere, with its flag there: single answers do not tell it. */
export interface WantedFinger {
  readonly finger: number;
  readonly flag: number;
}
export type CarriedFinger = Omit<FingerTemplate, 'uid'>;

/** A terminal at which a few exchanges can be made with the keypad disabled. */
interface Lockable {
  disabled<T>(conversation: Conversation, cache: RosterCache, work: () => Promise<T>): Promise<T>;
}

/** The fingers of a user; those that are not there are left out. Nothing where it is not sure whose they are. @throws SerenoError; ZkError */
export async function takeFingers(
  conversation: Conversation,
  cache: RosterCache,
  { userId, wanted, signal }: { userId: string; wanted: readonly WantedFinger[]; signal: AbortSignal },
): Promise<CarriedFinger[]> {
  const uid = await uidOf(conversation, cache, userId, signal);
  if (uid === null) return [];
  const taken: CarriedFinger[] = [];
  for (const { finger, flag } of wanted) {
    const found = await readFinger(conversation, uid, finger, signal);
    if (found !== null) taken.push({ finger, flag, template: found.template });
  }
  if (await cache.stillHolds(conversation, userId, uid)) return taken;
  wipe(taken);
  return [];
}

export interface Given {
  /** They were read back as they were given. */
  readonly there: readonly CarriedFinger[];
  /** The terminal does not take them, or holds something else in their place. */
  readonly refused: readonly CarriedFinger[];
  /** What the terminal counts after it; null where that proves nothing. */
  readonly count: number | null;
}

/**
 * Puts fingers into the empty slots of a user, each in a short locked window of its own, and reads them back. Those that are there are left.
 * @returns null where the user is not there, or not alone under that badge
 * @throws SerenoError; ZkError
 */
export async function giveFingers(
  terminal: Lockable,
  conversation: Conversation,
  cache: RosterCache,
  { userId, fingers, signal }: { userId: string; fingers: readonly CarriedFinger[]; signal: AbortSignal },
): Promise<Given | null> {
  const uid = await uidOf(conversation, cache, userId, signal);
  if (uid === null) return null;
  const before = cache.current?.counters?.fingers ?? null;
  let uploads = 0;
  for (const { finger, flag, template } of fingers) {
    if ((await readFinger(conversation, uid, finger, signal)) !== null) continue;
    const isOurs = await terminal.disabled(conversation, cache, async () => {
      if (!(await cache.stillHolds(conversation, userId, uid))) return false;
      cache.fingersChange();
      if (await isTaken(uploadTemplate(conversation, { uid, finger, flag, template }))) uploads++;
      await tolerateRefusal(refreshData(conversation));
      // Nobody could type meanwhile: the table of users is the same, whatever the counters say of fingers.
      const { current } = cache;
      if (current !== null && current.counters !== null)
        current.counters = await cache.counters(conversation);
      return true;
    });
    if (!isOurs) return null;
  }
  const there: CarriedFinger[] = [];
  const refused: CarriedFinger[] = [];
  for (const carried of fingers) {
    const found = await readFinger(conversation, uid, carried.finger, signal);
    const isThere = found?.template.equals(carried.template) === true;
    found?.template.fill(0);
    (isThere ? there : refused).push(carried);
  }
  const after = cache.current?.counters?.fingers ?? null;
  const isCounted = before !== null && after === before + uploads;
  return { there, refused, count: isCounted ? after : null };
}

/** Which slots they are for. */
export function bitsOf(fingers: readonly CarriedFinger[]): { usable: number; duress: number } {
  const bits = (isMeant: (flag: number) => boolean) =>
    fingers.filter(({ flag }) => isMeant(flag)).reduce((sum, { finger }) => sum | (1 << finger), 0);
  return { usable: bits((flag) => flag !== DURESS), duress: bits((flag) => flag === DURESS) };
}

/** Nothing of a template stays in memory. */
export function wipe(fingers: readonly CarriedFinger[]): void {
  for (const { template } of fingers) template.fill(0);
}

async function uidOf(
  conversation: Conversation,
  cache: RosterCache,
  userId: string,
  signal: AbortSignal,
): Promise<number | null> {
  const [record, another] = (await cache.fresh(conversation, { signal })).all(userId);
  return record === undefined || another !== undefined ? null : record.uid;
}

async function isTaken(upload: Promise<void>): Promise<boolean> {
  try {
    await upload;
    return true;
  } catch (error) {
    if (isZkError(error, 'refused') || isZkError(error, 'unfit')) return false;
    throw error;
  }
}
