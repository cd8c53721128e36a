// A question to a terminal: what it is given, and what it tells.

import type { Verified } from '../../../shared/wire/envelope.ts';
import type { ArgsOf, OperationName, ResultOf } from '../../../shared/wire/operations.ts';
import type { Stage } from '../../../shared/wire/stage.ts';
import type { Clock } from '../../clock.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import type { Conversation } from '../../zk/conversation.ts';
import type { AttendanceCache } from '../tables/attendance-cache.ts';
import type { Roster } from '../tables/roster.ts';
import type { ReadOptions, RosterCache } from '../tables/roster-cache.ts';

/** What a terminal offers to questions. */
export interface AskedTerminal {
  readonly device: DeviceSettings;
  readonly clock: Clock;
  readonly attendance: AttendanceCache;
  /**
   * Gives `ask` the conversation and the roster cache. A conversation that breaks is made anew once.
   * @throws SerenoError
   */
  read<T>(
    ask: (conversation: Conversation, cache: RosterCache) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T>;
  /** As `read`, on a conversation that may be used to enrol. @throws SerenoError */
  enrol<T>(
    ask: (conversation: Conversation, cache: RosterCache) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T>;
  /** A few exchanges of a question's conversation with the keypad disabled. @throws what `work` throws; ZkError. */
  disabled<T>(conversation: Conversation, cache: RosterCache, work: () => Promise<T>): Promise<T>;
  /** The users as they are now. @throws SerenoError */
  roster(options?: ReadOptions & { force?: boolean }): Promise<Roster>;
}

export interface AskContext {
  readonly terminal: AskedTerminal;
  /** Ends the question: deadline, cancellation or shutdown. */
  readonly signal: AbortSignal;
  /** Tells whoever waits how far it is. */
  readonly progress: (stage: Stage, done?: number, total?: number) => void;
  /** The cloud's time as far as it is known, epoch ms: this machine's clock may be wrong. */
  readonly now: () => number;
}

export interface Answer<N extends OperationName> {
  readonly data: ResultOf<N>;
  readonly verified: Verified;
}

export type Ask<N extends OperationName> = (args: ArgsOf<N>, context: AskContext) => Promise<Answer<N>>;

/** An ISO instant: reads answer with the moment at which the terminal was last known to hold just this. */
export function instant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
