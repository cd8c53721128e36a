// What the keeper of rules needs from the agent around it: a terminal's users, writes of its own, and a way to tell events.
import type { Command } from '../../shared/wire/envelope.ts';
import type { PunchEvent, RuleEvent } from '../../shared/wire/events.ts';
import type { ArgsOf, OperationOfKind } from '../../shared/wire/operations.ts';
import type { DeviceSettings } from '../devices/settings.ts';
import type { Result } from '../result.ts';
import type { Dialect } from '../terminal/session/dialect.ts';
import type { Roster } from '../terminal/tables/roster.ts';

/** What a write of the agent's own does. */
export type LocalWriteBody =
  | { readonly op: 'user.put'; readonly args: ArgsOf<'user.put'> }
  | { readonly op: 'user.delete'; readonly args: ArgsOf<'user.delete'> };

/** A write that nobody in the cloud has asked for by itself. */
export type LocalWrite = {
  /** A ULID, on the disk of whoever orders it before it is ordered. */
  readonly id: string;
  /** Epoch ms by the cloud's clock: writes of one user take effect in this order. */
  readonly issuedAt: number;
  /** It must have begun by then, epoch ms by the cloud's clock. */
  readonly notAfter: number;
} & LocalWriteBody;

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
  /** How punches come from it; `off`: passes cannot be counted. */
  punches(device: string): 'live' | 'polled' | 'off';
  /** True while a write of that user was begun for the cloud and nobody knows yet what became of it. */
  inDoubt(device: string, userId: string): boolean;
}

export interface RuleEvents {
  /** On disk when it returns; told to the cloud in order. @throws SerenoError `agent_storage` */
  tell(event: RuleEvent): void;
}

/** What is done for each operation of some kinds. It checks the deadline itself: a crash may have interrupted it. */
export type AccessHandlers<K extends 'rule' | 'recall'> = {
  readonly [N in OperationOfKind<K>]: (args: ArgsOf<N>, command: Command) => Promise<Result>;
};

/** Operations that are about identifiers. */
export type RuleHandlers = Omit<AccessHandlers<'rule'>, 'people.put' | 'finger.give'>;
export type RecallHandlers = Omit<AccessHandlers<'recall'>, 'finger.seal' | 'device.settings'>;

/** What the agent around it tells the keeper of rules. All but `stop` return at once; what they change is on disk by then. */
export interface Informed {
  /** Begun again under the same command id they come to the same end. */
  readonly rules: RuleHandlers;
  readonly recalls: RecallHandlers;
  /** Begins: goes on with what an earlier run left. After the dispatcher has taken up its journal. */
  resume(): void;
  /** Begins nothing more. */
  stop(): void;
  /** A terminal's table was read in full. */
  saw(device: string, roster: Roster): void;
  /**
   * A punch is known; as often as one likes. `isNew`: it comes now, not from what an earlier run has left.
   * @throws SerenoError `agent_storage`: then it must be told again
   */
  punched(punch: PunchEvent, isNew: boolean): void;
  /**
   * A write that the cloud had asked for has taken effect: told before it is settled; again after a crash.
   * @throws SerenoError `agent_storage`
   */
  written(device: string, op: OperationOfKind<'write'>, args: unknown): void;
  contact(device: string, isReachable: boolean): void;
  /** The cloud's time was measured, or has changed by more than it goes on by itself; `byMs`: by so much. */
  timeMoved(byMs?: number): void;
  deviceGone(device: string): void;
}
