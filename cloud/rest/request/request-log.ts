// One line per request: its notes, status and time; never what was sent or answered.
import type { MiddlewareObj } from '@middy/core';
import { log } from '../../log.ts';
import type { Answer } from '../answer/answer.ts';
import { draftOf, type HttpEvent } from './call.ts';

function write(event: HttpEvent, answer: Answer | null | undefined): void {
  log.info('request', {
    status: answer?.statusCode ?? 500,
    ms: Date.now() - draftOf(event).startedAt,
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
