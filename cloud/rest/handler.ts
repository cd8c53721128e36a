// The middy stack of every HTTP function: log, errors, route, token, scope, body, fields, then the route's handler.
import middy from '@middy/core';
import headerNormalizer from '@middy/http-header-normalizer';
import type { Context } from 'aws-lambda';
import type { RouteName } from '../../shared/api/routes.ts';
import { about } from '../log.ts';
import type { Answer } from './answer/answer.ts';
import { audited } from './request/audited.ts';
import { jsonBody } from './request/body.ts';
import { type Call, draftOf, type Handler, type HttpEvent } from './request/call.ts';
import { compression } from './request/compression.ts';
import { answeredErrors } from './request/errors.ts';
import { admission, fieldScopes } from './request/principal.ts';
import { requestLog } from './request/request-log.ts';
import { routing } from './request/route.ts';
import { validation } from './request/validate.ts';

type HttpFunction = (event: HttpEvent, context: Context) => Promise<Answer>;

/**
 * The Lambda handler for some routes of the table.
 *
 * @param handlers one function per route; it gets a call that passed every check up to its own
 * @param portsOf what they work with, for who asks
 */
export function httpHandler<N extends RouteName, P>(
  handlers: { readonly [M in N]: Handler<M, P> },
  portsOf: (call: Call<N>) => P,
): HttpFunction {
  const stack = middy<HttpEvent, Answer>({ timeoutEarlyInMillis: 0 })
    .use(compression())
    .use(headerNormalizer())
    .use(requestLog())
    .use(answeredErrors())
    .use(routing(new Set(Object.keys(handlers))))
    .use(admission())
    .use(jsonBody())
    .use(validation())
    .use(fieldScopes())
    .handler(async (event: HttpEvent) => {
      // The middlewares above have filled every field of the draft, or thrown.
      const call = draftOf(event) as unknown as Call<N>;
      return audited(call as unknown as Call, () => handlers[call.name](portsOf(call), call));
    }) as unknown as HttpFunction;
  return (event, context) =>
    about({ route: event.routeKey, requestId: event.requestContext.requestId }, () => stack(event, context));
}
