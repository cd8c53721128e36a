// The request's JSON body: an object, whatever the Content-Type says.
import type { MiddlewareObj, Request } from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import { draftOf, type HttpEvent } from './call.ts';
import { Problem } from './problem.ts';

/** API Gateway takes up to 10 MB; the contract ends here (docs/api.md). */
const MOST_BYTES = 64 * 1024;

const parser = jsonBodyParser({ disableContentTypeCheck: true });

/** What the caller sent, as text. */
function rawBody(event: HttpEvent): string {
  if (typeof event.body !== 'string') return '';
  return event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString('utf8') : event.body;
}

function parse(request: Request<HttpEvent>, text: string): unknown {
  try {
    parser.before?.(request as unknown as Parameters<NonNullable<typeof parser.before>>[0]);
    return request.event.body;
  } catch {
    return refused(text);
  }
}

/** The parser refuses some JSON too, for a key like `__proto__` or for its depth: the route's schema names the field. */
function refused(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('body_required', { cause });
  }
}

/** Reads the body where the route has one; throws 400 `body_required` for anything but a JSON object, 413 for a large one. */
export function jsonBody(): MiddlewareObj<HttpEvent> {
  return {
    before: (request) => {
      const { event } = request as Request<HttpEvent>;
      if (draftOf(event).route?.body === undefined) return;
      const text = rawBody(event);
      if (Buffer.byteLength(text) > MOST_BYTES) throw new Problem('body_too_large');
      const body = parse(request as Request<HttpEvent>, text);
      if (typeof body !== 'object' || body === null || Array.isArray(body))
        throw new Problem('body_required');
      event.body = body;
    },
  };
}
