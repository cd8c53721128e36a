// Tells agents which version is wanted of them: at once, with their hello, and again where nobody knows that they have heard.
import type { SiteAddress } from '../../shared/wire/topics.ts';
import { sideBySide } from '../bounded.ts';
import type { Clock } from '../clock.ts';
import type { CommandSender } from '../commands/sender.ts';
import { sendWord } from '../commands/word.ts';
import type { Directory } from '../directory/directory.ts';
import { dueUpdate, isUpdateOpen, type UpdateWish, updateOf } from '../directory/update.ts';
import { about, log } from '../log.ts';
import type { Reminder, Wishes } from './wishes.ts';

export interface UpdateTellers {
  readonly wishes: Wishes;
  readonly sender: CommandSender;
  /** Whether that roll-out goes on: while it does not, no further branch is told. */
  readonly isRunning: (tenant: string, rollout: string) => Promise<boolean>;
  readonly clock: Clock;
}

/** That it was told is noted first: of a wish that was not, it is certain that no agent knows of it. @returns whether the agent has it */
export async function tellUpdate(
  { wishes, sender, isRunning, clock }: UpdateTellers,
  at: SiteAddress,
  { id, version, url, sha256, rollout }: UpdateWish,
): Promise<boolean> {
  if (rollout !== undefined && !(await isRunning(at.tenant, rollout))) return false;
  if (!(await wishes.noteTold(at, id, clock.now()))) return false;
  const sent = await sendWord(sender, at, 'agent.update', { id, version, url, sha256 }, clock);
  log.info('update told', { ...at, update: id, version, sent });
  return sent === 'delivered';
}

const LANES = 10;
/** A branch that was away when the wish was put, and is so after this, will be told with its next hello, which then finds the wish. */
const AWAY_MS = 120_000;

export interface ReminderPorts extends UpdateTellers {
  readonly directory: Pick<Directory, 'site'>;
}

/** Every minute: tells agents that may not have heard, and forgets what is over. */
export async function attendReminders(ports: ReminderPorts, endsAt: number): Promise<void> {
  const { wishes, clock } = ports;
  await sideBySide(await wishes.reminders(), LANES, async (reminder) => {
    if (clock.now() > endsAt) return;
    await about({ tenant: reminder.tenant, site: reminder.site }, async () => {
      try {
        if (await isOver(ports, reminder)) await wishes.forget(reminder);
      } catch (error) {
        log.error('update not attended', error as Error);
      }
    });
  });
}

async function isOver(ports: ReminderPorts, reminder: Reminder): Promise<boolean> {
  const { directory, clock } = ports;
  const now = clock.now();
  const row = await directory.site(reminder.tenant, reminder.site);
  const standing = row === null ? null : updateOf(row);
  // Whoever puts a reminder puts the wish a moment later.
  if (row === null || standing === null || !isUpdateOpen(standing)) return now - reminder.at > AWAY_MS;
  if (!row.connected) return now - reminder.at > AWAY_MS;
  if (standing.state === 'under_way') return true;
  const due = dueUpdate(row, now);
  return due !== null && (await tellUpdate(ports, reminder, due));
}
