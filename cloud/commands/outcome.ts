// What is known of a command at this moment, as a handler needs it.
import type { Progress } from '../../shared/wire/envelope.ts';
import { factsOf } from '../../shared/wire/operations.ts';
import type { CommandRow, Ledger, Settlement, StoredReply } from './ledger.ts';
import { decisive, isKnown, settlementOf } from './replies.ts';

export type Outcome =
  | { readonly kind: 'settled'; readonly command: CommandRow; readonly settlement: Settlement }
  /** An enrolment is under way: the terminal waits for the finger. */
  | { readonly kind: 'begun'; readonly command: CommandRow; readonly progress: Progress }
  /** Not known in time, or not waited for. */
  | { readonly kind: 'pending'; readonly id: string };

export type Known = Exclude<Outcome, { kind: 'pending' }>;

/** The end of a command that never left. */
function unsentSettlement(command: CommandRow): Settlement | null {
  const { unsent } = command;
  if (unsent === undefined) return null;
  return { status: 'error', ...unsent, applied: 'no', verified: 'none' };
}

/** What these replies settle, or null: nothing known yet, or parts still missing. */
export async function settledBy(
  ledger: Ledger,
  command: CommandRow,
  replies: readonly StoredReply[],
): Promise<Settlement | null> {
  const decided = decisive(replies);
  if (decided === null) return unsentSettlement(command);
  const { status, parts } = decided.reply;
  if (!isKnown(decided.reply)) return null;
  if (status !== 'ok' || parts === undefined) return settlementOf(decided);
  const data = await ledger.parts(command, parts, decided.beside);
  return data === null ? null : settlementOf(decided, data);
}

/** The settlement that the ledger holds now, or null. */
export async function readSettlement(ledger: Ledger, command: CommandRow): Promise<Settlement | null> {
  return settledBy(ledger, command, await ledger.replies(command));
}

/**
 * One look. An enrolment counts as begun from its first progress on, whatever comes of it later: that is
 * what its route answers, also to a repeat.
 */
export async function look(ledger: Ledger, command: CommandRow): Promise<Known | null> {
  if (factsOf(command.op).begins) {
    const progress = await ledger.progress(command);
    if (progress !== null) return { kind: 'begun', command, progress };
  }
  const settlement = await readSettlement(ledger, command);
  return settlement === null ? null : { kind: 'settled', command, settlement };
}
