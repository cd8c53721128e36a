// Which route of the table a request is for, and what is known of it before anybody looks inside.
import { randomBytes } from 'node:crypto';
import type { MiddlewareObj } from '@middy/core';
import { type RouteName, routeKey, routes } from '../../shared/api/routes.ts';
import { draftOf, type HttpEvent } from './call.ts';
import { preferredLanguage } from './language.ts';
import { Problem } from './problem.ts';

const names = new Map(
  (Object.keys(routes) as RouteName[]).map((name) => [routeKey(routes[name]), name] as const),
);

/** W3C trace context, version 00. */
const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

function traceparent(given: string | undefined): string {
  if (given !== undefined && TRACEPARENT.test(given)) return given;
  return `00-${randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-01`;
}

/** Finds the route; throws 404 `route_not_found` for one that this function does not serve. */
export function routing(served: ReadonlySet<string>): MiddlewareObj<HttpEvent> {
  return {
    before: ({ event, context }) => {
      const draft = draftOf(event);
      draft.language = preferredLanguage(event.headers['accept-language']);
      draft.headers = event.headers;
      draft.traceparent = traceparent(event.headers.traceparent);
      draft.endsAt = draft.startedAt + context.getRemainingTimeInMillis();
      const name = names.get(event.routeKey);
      if (name === undefined || !served.has(name)) throw new Problem('route_not_found');
      draft.name = name;
      draft.route = routes[name];
    },
  };
}
