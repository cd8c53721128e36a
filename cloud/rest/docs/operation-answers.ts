// Operations as the contract shows them, with the result of each: what the 200 of its routes would have held. Apart from
// the table of routes, which every function loads: a cold start has better things to do.
import * as z from 'zod';
import { operationView } from '../../../shared/api/operations.ts';
import type { Route } from '../../../shared/api/route.ts';
import { type RouteName, routes } from '../../../shared/api/routes.ts';
import { type Action, isAction, operationOf } from '../../commands/actions.ts';

type Body = z.ZodObject<{ success: z.ZodLiteral<true> }>;

/** The 200 body of a route without `success`, or what it says instead. */
function resultOfRoute({ answer, panel, result }: Route): z.ZodType {
  if (result !== undefined) return result;
  return panel === undefined ? (answer as Body).omit({ success: true }) : (answer as z.ZodType);
}

function resultOf(actions: readonly Action[]): z.ZodType {
  const answers = new Map<unknown, Route>(actions.map((action) => [routes[action].answer, routes[action]]));
  const [first, ...rest] = [...answers.values()].map(resultOfRoute);
  if (first === undefined) throw new Error('an operation without a route');
  return rest.length === 0 ? first : z.union([first, ...rest]);
}

function viewOf(op: string, actions: readonly Action[]) {
  const id = `Operation_${op.replace('.', '_')}`;
  return operationView.extend({ op: z.literal(op), result: resultOf(actions).optional() }).meta({ id });
}

/** One may end as one of several bodies. */
const actionsOf = Map.groupBy((Object.keys(routes) as RouteName[]).filter(isAction), operationOf);
const [first, ...rest] = [...actionsOf].map(([op, actions]) => viewOf(op, actions));
if (first === undefined) throw new Error('no route ends in a command');

const operationWithResult = z.discriminatedUnion('op', [first, ...rest]).meta({ id: 'OperationWithResult' });

export const operationAnswer = z.object({ success: z.literal(true), data: operationWithResult });
