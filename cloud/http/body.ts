// The request's JSON body: an object, whatever the Content-Type says.
import type { MiddlewareObj, Request } from '@middy/core';
import jsonBodyParser from '@middy/http-json-body-parser';
import { draftOf, type HttpEvent } from './call.ts';
import { Problem } from './problem.ts';

/** API Gateway takes up to 10 MB; the contract ends here (DESIGN §3). */
const MOST_BYTES = 64 * 1024;

const parser = jsonBodyParser({ disableContentTypeCheck: true });

function parse(request: Request<HttpEvent>): unknown {
  try {
    parser.before?.(request as unknown as Parameters<NonNullable<typeof parser.before>>[0]);
  } catch (cause) {
    throw new Problem('body_required', { cause });
  }
  return request.event.body;
}

/** What the caller sent, as text. */
function rawBody(event: HttpEvent): string {
  if (typeof event.body !== 'string') return '';
  return event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString('utf8') : event.body;
}

/** Reads the body where the route has one; throws 400 `body_required` for anything but a JSON object, 413 for a large one. */
export function jsonBody(): MiddlewareObj<HttpEvent> {
  return {
    before: (request) => {
      const { event } = request as Request<HttpEvent>;
      if (draftOf(event).route?.body === undefined) return;
      if (Buffer.byteLength(rawBody(event)) > MOST_BYTES) throw new Problem('body_too_large');
      const body = parse(request as Request<HttpEvent>);
      if (typeof body !== 'object' || body === null || Array.isArray(body))
        throw new Problem('body_required');
    },
  };
}
