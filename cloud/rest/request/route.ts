// Which route of the table a request is for, and what is known of it before anybody looks inside.
import type { MiddlewareObj } from '@middy/core';
import { preferredLanguage } from '../../../shared/accept-language.ts';
import { routeKey } from '../../../shared/api/route.ts';
import { type RouteName, routes } from '../../../shared/api/routes.ts';
import { note } from '../../log.ts';
import { Problem } from '../answer/problem.ts';
import { draftOf, type HttpEvent } from './call.ts';
import { traceIdOf, traceparentOf } from './trace.ts';

const names = new Map(
  (Object.keys(routes) as RouteName[]).map((name) => [routeKey(routes[name]), name] as const),
);

/** Finds the route; throws 404 `route_not_found` for one that this function does not serve. */
export function routing(served: ReadonlySet<string>): MiddlewareObj<HttpEvent> {
  return {
    before: ({ event, context }) => {
      const draft = draftOf(event);
      draft.language = preferredLanguage(event.headers['accept-language']);
      draft.headers = event.headers;
      draft.address = event.requestContext.http.sourceIp;
      draft.traceparent = traceparentOf(event.headers.traceparent);
      note({ trace: traceIdOf(draft.traceparent) });
      draft.endsAt = draft.startedAt + context.getRemainingTimeInMillis();
      const name = names.get(event.routeKey);
      if (name === undefined || !served.has(name)) throw new Problem('route_not_found');
      draft.name = name;
      draft.route = routes[name];
    },
  };
}
