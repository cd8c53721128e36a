// The request's JSON body: an object, whatever the Content-Type says.
import type { MiddlewareObj } from '@middy/core';
import { Problem } from '../answer/problem.ts';
import { draftOf, type HttpEvent } from './call.ts';

/** API Gateway takes up to 10 MB; the contract ends here. */
const MOST_BYTES = 64 * 1024;

/** What the caller sent, as text. */
function rawBody(event: HttpEvent): string {
  if (typeof event.body !== 'string') return '';
  return event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString('utf8') : event.body;
}

/** Whatever its keys are called and however deep it is: the route's schema names what does not belong there. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('body_required', { cause });
  }
}

/** Reads the body where the route has one; throws 400 `body_required` for anything but a JSON object, 413 for a large one. */
export function jsonBody(): MiddlewareObj<HttpEvent> {
  return {
    before: ({ event }) => {
      if (draftOf(event).route?.body === undefined) return;
      const text = rawBody(event);
      if (Buffer.byteLength(text) > MOST_BYTES) throw new Problem('body_too_large');
      const body = parsed(text);
      if (typeof body !== 'object' || body === null || Array.isArray(body))
        throw new Problem('body_required');
      event.body = body;
    },
  };
}
