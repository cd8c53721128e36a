// Errors become answers; what nobody expected is logged whole and answered as `internal`.
import type { MiddlewareObj } from '@middy/core';
import { SerenoError } from '../../../shared/errors.ts';
import { log } from '../../log.ts';
import type { Answer } from '../answer/answer.ts';
import { Problem } from '../answer/problem.ts';
import { problemAnswer } from '../answer/problem-answer.ts';
import { draftOf, type HttpEvent } from './call.ts';
import { panelAnswer } from './panel.ts';

/** Names that the AWS SDK gives to failures which a repeat may not meet. */
const PASSING = /^TimeoutError$|Throttling|ThroughputExceeded|LimitExceeded|TooManyRequests/;
/** Connections that were not made, or broke. */
const BROKEN: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/** True if a service behind us did not answer, or had enough for now. */
function isOutage(error: unknown): boolean {
  const { name, code, $metadata } = error as {
    readonly name?: unknown;
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  if (typeof name === 'string' && PASSING.test(name)) return true;
  return BROKEN.has(code) || ($metadata?.httpStatusCode ?? 0) >= 500;
}

/** Whatever a command meets once it may have been sent never comes here: see `attempt`. */
export function answeredErrors(): MiddlewareObj<HttpEvent, Answer> {
  return {
    onError: (request) => {
      const { error: met, event } = request;
      const error = met ?? new Error('no error given');
      if (!(error instanceof SerenoError)) log.error('unexpected', error);
      const shown =
        !(error instanceof SerenoError) && isOutage(error)
          ? new Problem('service_unavailable', { cause: error })
          : error;
      const { route, language = 'es' } = draftOf(event);
      const panel = route?.panel === undefined ? null : panelAnswer(shown);
      request.response = panel ?? problemAnswer(shown, language);
    },
  };
}
