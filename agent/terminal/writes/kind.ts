// One kind of write: all that is particular to it. A new kind is a file with one of these, and a row in `table.ts`.
import type { SerenoError } from '../../../shared/errors.ts';
import type { ArgsOf, OperationOfKind } from '../../../shared/wire/operations.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import type { Dialect } from '../session/dialect.ts';
import type { Roster } from '../tables/roster.ts';
import type { WriteContext } from './context.ts';
import type { Look, Verdict } from './doubt.ts';
import type { Plan, PlanContext } from './plan.ts';
import type { UndoCopy } from './undo-copy.ts';

export type WriteName = OperationOfKind<'write'>;

/** A write of one kind, as the cloud wishes it. */
export interface Wanted<N extends WriteName> {
  readonly args: ArgsOf<N>;
  /** What a delete has kept of the user. @throws SerenoError `undo_not_found` */
  readonly copy: () => UndoCopy;
}

/** A terminal before it is asked. */
export interface KnownTerminal {
  readonly device: DeviceSettings;
  /** Null while it must be asked first. */
  readonly dialect: Dialect | null;
}

/** What a write does to the copy that a delete keeps of a user, once it is known what became of it. */
export type UndoUse = 'leave' | 'keep' | 'erase' | 'use up';

export interface WriteKind<N extends WriteName> {
  /** @throws ZodError */
  readonly parse: (args: unknown) => ArgsOf<N>;
  /** The refusal of what this terminal cannot hold; null where it can, or where only the terminal can tell. */
  readonly refuse?: (wanted: Wanted<N>, terminal: KnownTerminal) => SerenoError | null;
  /**
   * The write that fulfils it on `roster`, the next one of several where all records of a badge are to go. Checks limits, then
   * the user.
   * @throws SerenoError `limit_exceeded`, `user_exists`, `user_not_found`, `badge_ambiguous`, `device_contradicts` (two records
   * under one uid), `device_refused` (no uid is free), `undo_not_found`, `unsupported` (a copy of another kind of terminal)
   */
  readonly plan: (wanted: Wanted<N>, roster: Roster, context: PlanContext) => Plan;
  /** What became of it, told by looking at the terminal. Never guesses. */
  readonly judge: (wanted: Wanted<N>, look: Look) => Verdict;
  /** What it answers if a later write of the same user is there, so that it was there too. */
  readonly whenOvertaken: (args: ArgsOf<N>, uid: number | null) => unknown;
  /** True if it leaves nothing of what was there of the badge before: then it tells of all writes before it. */
  readonly coversBadge: (args: ArgsOf<N>) => boolean;
  /** True if somebody may be on the terminal after it who was not before, so that a uid is given out. */
  readonly mayAdd: boolean;
  /** A badge that the terminal is to take for the first time; null where there is none. */
  readonly newBadge: (args: ArgsOf<N>) => string | null;
  readonly undo: (args: ArgsOf<N>) => UndoUse;
  /** What is left to do once the record is as wanted; only then has it a result. */
  readonly finish?: Finish<N>;
}

export interface Finish<N extends WriteName> {
  /**
   * @param uid where the record stands; null where another agent may have written it
   * @returns the result's data
   * @throws SerenoError; ZkError if the conversation breaks
   */
  readonly run: (wanted: Wanted<N>, context: WriteContext, uid: number | null) => Promise<unknown>;
  /** What is answered where one conversation after the other breaks over it. */
  readonly givenUp: (wanted: Wanted<N>, device: string, cause: unknown) => SerenoError;
}
