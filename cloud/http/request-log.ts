// One line per request: route, status, time and ids; never what was sent or answered.
import type { MiddlewareObj } from '@middy/core';
import { log } from '../log.ts';
import type { Answer } from './answer.ts';
import { draftOf, type HttpEvent } from './call.ts';

function write(event: HttpEvent, answer: Answer | null | undefined): void {
  const draft = draftOf(event);
  log.info('request', {
    route: event.routeKey,
    status: answer?.statusCode ?? 500,
    ms: Date.now() - draft.startedAt,
    requestId: event.requestContext.requestId,
    ...(draft.traceparent === undefined ? {} : { traceparent: draft.traceparent }),
    ...(draft.principal ? { tenant: draft.principal.tenant } : {}),
    ...draft.notes,
  });
}

export function requestLog(): MiddlewareObj<HttpEvent, Answer> {
  return {
    before: ({ event }) => {
      draftOf(event);
    },
    after: ({ event, response }) => write(event, response),
    onError: ({ event, response }) => write(event, response),
  };
}
