// What the keeper of rules needs from the agent around it: a terminal's users, writes of its own, and a way to tell events.
import type { RuleEvent } from '../../shared/wire/events.ts';
import type { ArgsOf } from '../../shared/wire/operations.ts';
import type { DeviceSettings } from '../devices/settings.ts';
import type { Result } from '../result.ts';
import type { Dialect } from '../terminal/session/dialect.ts';
import type { Roster } from '../terminal/tables/roster.ts';

/** A write that nobody in the cloud has asked for by itself. */
export type LocalWrite = {
  /** A ULID, on the disk of whoever orders it before it is ordered. */
  readonly id: string;
  /** Epoch ms by the cloud's clock: writes of one user take effect in this order. */
  readonly issuedAt: number;
  /** It must have begun by then, epoch ms by the cloud's clock. */
  readonly notAfter: number;
} & (
  | { readonly op: 'user.put'; readonly args: ArgsOf<'user.put'> }
  | { readonly op: 'user.delete'; readonly args: ArgsOf<'user.delete'> }
);

/** `overdue`: before anything else that waits at the terminal. `rule`: behind the commands of the cloud. */
export type Urgency = 'overdue' | 'rule';

export interface LocalWrites {
  /**
   * Orders writes at one terminal: journalled in one transaction, planned, verified and looked up after a crash as those of
   * the cloud are; those that wait together share a locked window. An id that is known is not ordered again: it comes to
   * what became of it. Each settles by itself, failed ones too; none settles once the agent stops.
   */
  order(device: string, writes: readonly LocalWrite[], urgency: Urgency): readonly Promise<Result>[];
}

/** A terminal's users at one moment, and what it can hold. */
export interface TerminalUsers {
  readonly roster: Roster;
  readonly dialect: Dialect;
  readonly device: DeviceSettings;
}

export interface TerminalTables {
  /** Asks for them in the terminal's turn; cheap where nothing has changed. @throws SerenoError */
  users(device: string, signal: AbortSignal): Promise<TerminalUsers>;
  /** Whether the device is one of this site. */
  has(device: string): boolean;
  /** How punches come from it. */
  punches(device: string): 'live' | 'polled';
}

export interface RuleEvents {
  /** On disk when it returns; told to the cloud in order. @throws SerenoError `agent_storage` */
  tell(event: RuleEvent): void;
}
