// Badges for guests.
import { limitsOf } from '../terminal/session/dialect.ts';
import type { KeeperPorts } from './keeper-ports.ts';
import type { TerminalUsers } from './ports.ts';
import { type AccessStore, badgeNote } from './store.ts';

/** A badge for a guest: counted down from the greatest that fits the terminal, and never given out again. */
export function newBadge(device: string, { roster, dialect }: TerminalUsers, store: AccessStore): string {
  const { userIdWidth, numericUserId } = limitsOf(dialect, roster.width);
  const widest = 10n ** BigInt(userIdWidth) - 1n;
  const greatest = numericUserId && widest > 0xffffffffn ? 0xffffffffn : widest;
  const known = store.note(badgeNote(device));
  const taken = new Set([...store.rules(device), ...store.guests(device)].map(({ userId }) => userId));
  const isTaken = (badge: bigint) => roster.all(String(badge)).length > 0 || taken.has(String(badge));
  let badge = known === null || BigInt(known) > greatest + 1n ? greatest : BigInt(known) - 1n;
  while (isTaken(badge)) badge -= 1n;
  store.putNote(badgeNote(device), String(badge));
  return String(badge);
}

/** Somebody else has the badge that was kept for this guest: he gets another one, with his rules. False: there is no such guest. */
export function giveAnotherBadge(
  device: string,
  userId: string,
  users: TerminalUsers,
  { store, newBadge }: Pick<KeeperPorts, 'store' | 'newBadge'>,
): boolean {
  const guest = store.guests(device).find((each) => each.userId === userId);
  if (guest === undefined) return false;
  const badge = newBadge(device, users);
  store.atomically(() => {
    store.removeGuest(device, userId);
    store.putGuest(device, { ...guest, userId: badge });
    for (const rule of store.rules(device)) {
      if (rule.userId === userId) store.putRule({ ...rule, userId: badge });
    }
  });
  return true;
}
