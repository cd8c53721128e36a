// The kinds of writes, in one table; and a write of one of them, bound to what is wished.
import type { SerenoError } from '../../../shared/errors.ts';
import type { Roster } from '../tables/roster.ts';
import type { WriteContext } from './context.ts';
import { remove } from './delete.ts';
import type { Look, Verdict } from './doubt.ts';
import type { KnownTerminal, UndoUse, Wanted, WriteKind, WriteName } from './kind.ts';
import type { Plan, PlanContext } from './plan.ts';
import { put } from './put.ts';
import { restore } from './restore.ts';
import { decodeUndoCopy, type UndoCopy } from './undo-copy.ts';

/** The writes this agent can make. */
const writes: { readonly [N in WriteName]: WriteKind<N> } = {
  'user.put': put,
  'user.delete': remove,
  'user.restore': restore,
};

/** A write of users as the cloud wishes it, whatever its kind; see `WriteKind`. */
export interface Wish {
  readonly userId: string;
  /** The caller wants the table read back whatever the counters say. */
  readonly readback: boolean;
  readonly undo: UndoUse;
  readonly coversBadge: boolean;
  readonly mayAdd: boolean;
  readonly newBadge: string | null;
  /** What a delete has kept of the user. @throws SerenoError `undo_not_found` */
  readonly copy: () => UndoCopy;
  refuse(terminal: KnownTerminal): SerenoError | null;
  plan(roster: Roster, context: PlanContext): Plan;
  judge(look: Look): Verdict;
  whenOvertaken(uid: number | null): unknown;
  /** Null where nothing is left to do once the record is as wanted. */
  readonly finish: BoundFinish | null;
}

interface BoundFinish {
  run(context: WriteContext, uid: number | null): Promise<unknown>;
  givenUp(device: string, cause: unknown): SerenoError;
}

/** The bytes that a delete had kept of a user, looked for at the moment of asking. @throws SerenoError `undo_not_found` */
export type Copies = (userId: string) => Buffer;

/** @throws ZodError where the arguments are not understood */
export function parseWish<N extends WriteName>(name: N, given: unknown, copies: Copies): Wish {
  const kind: WriteKind<N> = writes[name];
  const args = kind.parse(given);
  let kept: UndoCopy | null = null;
  const copy = () => {
    kept ??= decodeUndoCopy(copies(args.user_id));
    return kept;
  };
  const wanted: Wanted<N> = { args, copy };
  const { finish } = kind;
  return {
    userId: args.user_id,
    readback: args.verify === 'readback',
    undo: kind.undo(args),
    coversBadge: kind.coversBadge(args),
    mayAdd: kind.mayAdd,
    newBadge: kind.newBadge(args),
    copy,
    refuse: (terminal) => kind.refuse?.(wanted, terminal) ?? null,
    plan: (roster, context) => kind.plan(wanted, roster, context),
    judge: (look) => kind.judge(wanted, look),
    whenOvertaken: (uid) => kind.whenOvertaken(args, uid),
    finish:
      finish === undefined
        ? null
        : {
            run: (context, uid) => finish.run(wanted, context, uid),
            givenUp: (device, cause) => finish.givenUp(wanted, device, cause),
          },
  };
}
