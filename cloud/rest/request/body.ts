// The request's JSON body: an object, whatever the Content-Type says.
import type { MiddlewareObj } from '@middy/core';
import { BODY_BYTES, type Route } from '../../../shared/api/route.ts';
import type { Language } from '../../../shared/words.ts';
import { fieldText } from '../answer/findings.ts';
import { Problem } from '../answer/problem.ts';
import { draftOf, type HttpEvent } from './call.ts';

/** What the caller sent, as text. */
function rawBody(event: HttpEvent): string {
  if (typeof event.body !== 'string') return '';
  return event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString('utf8') : event.body;
}

/** Something did come: why it is no body. The sentence is the same for all that is none. */
function detail(key: 'not_json' | 'not_an_object', language: Language) {
  return [{ path: '', message: fieldText(key, language) }];
}

/** Whatever its keys are called and however deep it is: the route's schema names what does not belong there. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem('body_required', {
      cause,
      extras: (language) => (text.trim() === '' ? {} : { details: detail('not_json', language) }),
    });
  }
}

/** The body; throws 400 `body_required` for anything but a JSON object, 413 for one that is larger than the route takes. */
export function objectBody(event: HttpEvent, { bodyBytes = BODY_BYTES }: Pick<Route, 'bodyBytes'>): object {
  const text = rawBody(event);
  // API Gateway takes up to 10 MB.
  if (Buffer.byteLength(text) > bodyBytes) {
    throw new Problem('body_too_large', { params: { kb: bodyBytes / 1024 } });
  }
  const body = parsed(text);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Problem('body_required', {
      extras: (language) => ({ details: detail('not_an_object', language) }),
    });
  }
  return body;
}

/** The body as text; throws 413 for one that is larger than the route takes. */
function textBody(event: HttpEvent, { bodyBytes = BODY_BYTES }: Pick<Route, 'bodyBytes'>): string {
  const text = rawBody(event);
  if (Buffer.byteLength(text) > bodyBytes) {
    throw new Problem('body_too_large', { params: { kb: bodyBytes / 1024 } });
  }
  return text;
}

/** Reads the body where the route has one. Those in the form of access panels have it only where their query says so. */
export function jsonBody(): MiddlewareObj<HttpEvent> {
  return {
    before: ({ event }) => {
      const { route } = draftOf(event);
      if (route?.body === undefined || route.panel !== undefined) return;
      event.body = route.bodyText === undefined ? objectBody(event, route) : textBody(event, route);
    },
  };
}
