// What a caller can ask of a terminal: the routes of the table that name an operation of its agent.
import { type RouteName, routes } from '../../shared/api/routes.ts';
import { isOfKind, type OperationName } from '../../shared/wire/operations.ts';

type Routes = typeof routes;

/** By the names of the table of routes: there stands which scope each one needs, through whichever face it is asked. */
export type Action = {
  [N in RouteName]: Routes[N] extends { readonly operation: OperationName } ? N : never;
}[RouteName];
export type OperationOf<A extends Action> = Routes[A]['operation'];

export function isAction(name: string): name is Action {
  return Object.hasOwn(routes, name) && 'operation' in routes[name as RouteName];
}

/** By which operation of the agent it is done. */
export function operationOf<A extends Action>(action: A): OperationOf<A> {
  return routes[action].operation;
}

/** True for actions that change nothing: whatever fails on them has surely not been applied. */
export function isRead(name: string): boolean {
  if (!isAction(name)) return false;
  const operation = operationOf(name);
  return isOfKind('read', operation) || isOfKind('recall', operation) || isOfKind('survey', operation);
}
