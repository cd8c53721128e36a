// A command as a face asks for it: who asks, what of which terminal, under which key, and how long it is waited for.
import type * as z from 'zod';
import type { Principal } from '../../shared/api/principal.ts';
import { SerenoError } from '../../shared/errors.ts';
import { operations } from '../../shared/wire/operations.ts';
import type { Target } from '../directory/locate.ts';
import { FieldError } from '../field-error.ts';
import { type Action, actions, type OperationOf } from './actions.ts';

/** A key of the caller's own, under which a request is made once. */
export interface CallerKey {
  readonly text: string;
  /** What is asked: equal for requests that are the same. */
  readonly fingerprint: string;
  /** Epoch ms at which whoever asks has ended at the latest: until then nobody else goes on with it. */
  readonly leaseUntil: number;
}

/** How somebody asks, whatever it is that is asked for. */
export interface Asking {
  readonly principal: Principal;
  /** Null: it is a command of its own, whatever was asked before. */
  readonly key: CallerKey | null;
  /** Epoch ms up to which the outcome may be waited for. */
  readonly until: number;
  /** Answer at once; the outcome will be asked for later. */
  readonly async: boolean;
  /** W3C trace context. */
  readonly trace: string;
}

export type ArgsFor<A extends Action> = z.input<(typeof operations)[OperationOf<A>]['args']>;

export interface CommandRequest<A extends Action = Action> extends Asking {
  readonly action: A;
  /** Id of the terminal, as the directory writes it. */
  readonly device: string;
  readonly args: ArgsFor<A>;
  /**
   * Finds the terminal's site, and refuses what can be refused without asking an agent. By default the terminal must
   * be in the directory. Not asked for further tries of a command.
   */
  readonly locate?: () => Promise<Target>;
  /** Once the agent has said ok, before anybody hears of it. */
  readonly afterOk?: (target: Target) => Promise<void>;
}

/**
 * Arguments as the wire wants them.
 *
 * @throws SerenoError `invalid_field`, or `limit_exceeded` for what no terminal can hold
 */
export function checkedArgs(action: Action, args: unknown, device: string): unknown {
  const parsed = operations[actions[action]].args.safeParse(args);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path.at(-1) ?? '');
  if (issue?.code !== 'too_big') throw new FieldError(field, 'text');
  throw new SerenoError('limit_exceeded', {
    params: { field, device, limit: '@limit_length', max: Number(issue.maximum) },
  });
}
