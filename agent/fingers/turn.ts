// A turn at a terminal, as those who carry fingers need it.
import type { RosterCache } from '../terminal/tables/roster-cache.ts';
import type { Conversation } from '../zk/conversation.ts';
import type { giveFingers } from './transfer.ts';

export interface Turn {
  readonly conversation: Conversation;
  readonly cache: RosterCache;
  /** Its keypad can be disabled for a few exchanges. */
  readonly terminal: Parameters<typeof giveFingers>[0];
  readonly signal: AbortSignal;
}

/** In the terminal's turn, behind the commands of the cloud. @throws SerenoError */
export type InTurn = <T>(device: string, work: (turn: Turn) => Promise<T>, withinMs: number) => Promise<T>;
