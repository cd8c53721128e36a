// One write of users on its way through the terminal: what it wishes, and whom it tells what became of it.
import type { UserRecord } from '../../zk/users.ts';
import type { Result } from '../session/result.ts';
import type { Wish } from './table.ts';
import type { UndoCopy } from './undo-copy.ts';

export interface WriteJob {
  readonly id: string;
  readonly wish: Wish;
  /** True once it may have been sent to the terminal. */
  readonly hasBegun: boolean;
  /** True once it is settled or was left: it must not begin any more. */
  readonly isOver: boolean;
  /** Leaves it to the next run of the agent, unless it has begun. */
  leave(): void;
  /** Milliseconds left until it may no longer begin. */
  timeLeft(): number;
  /** True if a write for the same user that was issued later has begun. */
  isSuperseded(): boolean;
  /** True if another agent may have it, and might still begin it: it is not begun here, and only its success is told. */
  mayBeElsewhere(): boolean;
  /** Gives back one that may be elsewhere. `wasLookedAt`: the terminal was looked at, and had nothing of it. */
  contest(wasLookedAt: boolean): void;
  /**
   * Keeps what a delete is about to take away; null where nothing is to be kept. On disk when it returns.
   * @throws SerenoError `agent_storage`: then nothing is sent.
   */
  readonly keep: ((copy: UndoCopy) => void) | null;
  /** On disk before the first byte goes out. @throws SerenoError `agent_storage`: then nothing is sent. */
  started(uid: number, before: UserRecord | null): void;
  /** The terminal acknowledged. */
  written(): void;
  settle(result: Result): void;
}

/** A job whose outcome only the terminal can tell: it was started, or another agent may have made it. */
export interface DoubtfulJob {
  readonly job: WriteJob;
  /** Null: not begun here. */
  readonly uid: number | null;
  /** The raw record as it was; null for a create. */
  readonly preimage: Buffer | null;
  /** The terminal had acknowledged it before the line broke. */
  readonly acknowledged?: boolean;
  /** How many conversations have broken over what is left to do of it. */
  readonly breaks?: number;
}
