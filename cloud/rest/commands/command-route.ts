// What a row of the table of commands says of its route.
import type { routes } from '../../../shared/api/routes.ts';
import type { ResultOf } from '../../../shared/wire/operations.ts';
import type { Language } from '../../../shared/words.ts';
import type { Action, OperationOf } from '../../commands/actions.ts';
import type { CommandRow } from '../../commands/ledger.ts';
import type { CommandPorts } from '../../commands/ports.ts';
import type { ArgsFor, Asking } from '../../commands/request.ts';
import type { Ran } from '../../commands/run.ts';
import type { Directory } from '../../directory/directory.ts';
import type { BodyOf, Call, QueryOf } from '../request/call.ts';

export type Presenter<A extends Action> = (
  result: ResultOf<OperationOf<A>>,
  command: CommandRow,
  language: Language,
  directory: Directory,
) => object | Promise<object>;

type Nothing = Record<never, never>;
type Fields<T> = T extends object ? T : Nothing;
type UserInPath<A extends Action> = (typeof routes)[A]['path'] extends `${string}{user_id}${string}`
  ? { user_id: string }
  : Nothing;
/** All that a call names besides its terminal: the user in its path, its query, its body. */
type Named<A extends Action> = UserInPath<A> & Fields<QueryOf<A>> & Fields<BodyOf<A>>;

/** What the call names, under the names that the operation has for it. */
type NamesItsArguments<A extends Action> =
  Named<A> extends ArgsFor<A> ? (keyof Named<A> extends keyof ArgsFor<A> ? true : false) : false;

export type Arguments<A extends Action> = { readonly args: (call: Call<A>) => ArgsFor<A> };
/** More than a command to a terminal of the directory. */
export type Asked<A extends Action> = {
  readonly ask: (ports: CommandPorts, asking: Asking, call: Call<A>) => Promise<Ran>;
};

export interface Presented<A extends Action> {
  /** The 200 body without `success`. */
  readonly present: Presenter<A>;
  /** Asked for instead where the answer grows beyond what Lambda can return. */
  readonly smaller?: (args: ArgsFor<A>) => ArgsFor<A>;
  /** The 200 body of an operation that goes on after the answer. */
  readonly begun?: (call: Call<A>) => object;
}

/** Answered by handlers of their own, item by item: the table says only what their operations show. */
export type AnsweredApart = 'identifierPut' | 'identifierDelete' | 'identifierReset' | 'identifierList';

/** By default the arguments are what the call names; where that does not fit, the row must say how it is asked. */
export type CommandRoute<A extends Action> = Presented<A> &
  (A extends AnsweredApart
    ? { readonly ask?: never; readonly args?: never }
    : NamesItsArguments<A> extends true
      ? Partial<Arguments<A>> & Partial<Asked<A>>
      : (Arguments<A> & { readonly ask?: never }) | (Asked<A> & { readonly args?: never }));
