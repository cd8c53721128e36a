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
  /** Why this terminal cannot hold it; null if it can, or if only the terminal can say. */
  readonly refuse?: (wanted: Wanted<N>, terminal: KnownTerminal) => SerenoError | null;
  /**
   * The write that fulfils it on `roster`, the next one of several where all records of a badge are to go. Checks limits, then
   * the user.
   * @throws SerenoError `limit_exceeded`, `user_exists`, `user_not_found`, `badge_ambiguous`, `device_contradicts` (two records
   * under one uid), `device_refused` (no uid is free), `undo_not_found`, `unsupported` (a copy of another kind of terminal)
   */
  readonly plan: (wanted: Wanted<N>, roster: Roster, context: PlanContext) => Plan;
  /** What became of it, by what the terminal holds now. Never guesses. */
  readonly judge: (wanted: Wanted<N>, look: Look) => Verdict;
  /** Its result if a later write of the same user took effect, which proves that this one did too. */
  readonly whenOvertaken: (args: ArgsOf<N>, uid: number | null) => unknown;
  /** True if it removes everything that the badge had before: if it took effect, so did all writes before it. */
  readonly coversBadge: (args: ArgsOf<N>) => boolean;
  /** True if it may add somebody, who then needs a uid. */
  readonly mayAdd: boolean;
  /** A badge that the terminal does not have yet; null if there is none. */
  readonly newBadge: (args: ArgsOf<N>) => string | null;
  readonly undo: (args: ArgsOf<N>) => UndoUse;
  /** What remains to be done once the record is as wanted; there is no result before that. */
  readonly finish?: Finish<N>;
}

export interface Finish<N extends WriteName> {
  /**
   * @param uid where the record stands; null where another agent may have written it
   * @returns the result's data
   * @throws SerenoError; ZkError if the conversation breaks
   */
  readonly run: (wanted: Wanted<N>, context: WriteContext, uid: number | null) => Promise<unknown>;
  /** The error if one conversation after the other breaks over it. */
  readonly givenUp: (wanted: Wanted<N>, device: string, cause: unknown) => SerenoError;
}
