// A command as a face asks for it: who asks, what of which terminal, under which key, and how long it is waited for.
import * as z from 'zod';
import type { Principal } from '../../shared/api/principal.ts';
import { SerenoError } from '../../shared/errors.ts';
import { factsOf, type OperationName, operations } from '../../shared/wire/operations.ts';
import type { Target } from '../directory/locate.ts';
import { FieldError } from '../field-error.ts';
import { type Action, type OperationOf, operationOf } from './actions.ts';
import type { CommandRow } from './ledger.ts';

/** A key of the caller's own, under which a request is made once. */
export interface CallerKey {
  readonly text: string;
  /** What is asked: equal for requests that are the same. */
  readonly fingerprint: string;
  /** Epoch ms by which this handler has ended at the latest: until then no other one takes over. */
  readonly leaseUntil: number;
}

/** From where somebody asks and what he brings, for the audit log: fields by name alone. */
export interface Origin {
  readonly face: 'rest' | 'rpc';
  readonly address: string;
  /** Method and path, or the method of JSON-RPC. */
  readonly what: string;
  readonly fields: readonly string[];
  /** Things of a kind that have no place of their own in an entry: what they are called and how many, never their numbers. */
  readonly objects?: { readonly kind: string; readonly id: string; readonly count: number }[];
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
  readonly origin: Origin;
}

/** In place of a terminal's id: the command is about the branch itself. */
export const OF_SITE = '';

export type ArgsFor<A extends Action> = z.input<(typeof operations)[OperationOf<A>]['args']>;

export interface CommandRequest<A extends Action = Action> extends Asking {
  readonly action: A;
  /** Id of the terminal, as the directory writes it; `OF_SITE`: of none. */
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
  const parsed = operations[operationOf(action)].args.safeParse(args);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path.at(-1) ?? '');
  if (issue?.code !== 'too_big') throw new FieldError(field, 'text');
  throw new SerenoError('limit_exceeded', {
    params: { field, device, limit: '@limit_length', max: Number(issue.maximum) },
  });
}

/** How long a command may wait to begin, in ms: within one call, asynchronously, and where it reports progress. */
const START_WITHIN = { call: 22_000, async: 5 * 60_000, long: 10 * 60_000 } as const;

/** A request of which everything is known: the command's id, its terminal, its arguments as the wire wants them. */
export interface Ready {
  readonly id: string;
  readonly target: Target;
  readonly args: unknown;
  readonly request: Pick<CommandRequest, 'principal' | 'action' | 'async' | 'until' | 'trace'>;
}

/** The row of a new command; of its arguments it holds the badge alone. */
export function newRow({ id, target, args, request }: Ready, now: number): CommandRow {
  const { principal, action, async } = request;
  const op = operationOf(action);
  const within = factsOf(op).long ? START_WITHIN.long : async ? START_WITHIN.async : START_WITHIN.call;
  const userId = badgeIn(args);
  return {
    id,
    tenant: principal.tenant,
    ...target,
    route: action,
    op,
    subject: principal.subject,
    ...(userId === null ? {} : { userId }),
    ...(isPurge(op, args) ? { purge: true as const } : {}),
    issuedAt: now,
    notAfter: now + within,
    tries: 1,
  };
}

function isPurge(op: OperationName, args: unknown): boolean {
  return op === 'user.delete' && operations[op].args.safeParse(args).data?.purge === true;
}

const aboutBadge = z.object({ user_id: z.string() });

/** The badge that arguments name, of all that they say the only thing that is kept. */
export function badgeIn(args: unknown): string | null {
  const named = aboutBadge.safeParse(args);
  return named.success ? named.data.user_id : null;
}
