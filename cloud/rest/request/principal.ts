// Who calls, and whether that is enough for the route: 401 and 403 in the contract's words.

import type { MiddlewareObj } from '@middy/core';
import { authContextSchema, type Principal, siteRightsSchema } from '../../../shared/api/principal.ts';
import { mayCall, missingScope } from '../../../shared/api/rights.ts';
import { ALL_SITES } from '../../../shared/api/site-rights.ts';
import type { PhraseKey } from '../../../shared/phrases.ts';
import { note } from '../../log.ts';
import { Problem } from '../answer/problem.ts';
import { type Draft, draftOf, type HttpEvent } from './call.ts';

/** Why there is no principal, as the authorizer tells it; each is a phrase. */
const TOKEN_PROBLEMS = [
  'token_missing',
  'token_invalid',
  'token_expired',
  'token_unchecked',
] as const satisfies PhraseKey[];
export type TokenProblem = (typeof TOKEN_PROBLEMS)[number];

/** The principal of the authorizer's context; throws 401 with the authorizer's reason if it has none. */
export function principalOf(context: unknown): Principal {
  const parsed = authContextSchema.safeParse(context);
  if (parsed.success && 'tenant' in parsed.data) {
    const { tenant, subject, scopes, sites } = parsed.data;
    return {
      tenant,
      subject,
      scopes: new Set(scopes.split(' ').filter((scope) => scope !== '')),
      sites: sites === undefined ? ALL_SITES : siteRightsSchema.parse(JSON.parse(sites)),
    };
  }
  if (parsed.success && 'reason' in parsed.data && parsed.data.reason === 'too_many_requests') {
    throw new Problem('too_many_requests');
  }
  const given = parsed.success && 'reason' in parsed.data ? parsed.data.reason : 'token_missing';
  const reason = TOKEN_PROBLEMS.find((problem) => problem === given) ?? 'token_invalid';
  throw new Problem('unauthorized', { params: { reason: `@${reason}` } });
}

function admit(draft: Draft, event: HttpEvent): void {
  const access = draft.route?.access ?? 'any';
  if (access === 'open') {
    draft.principal = null;
    return;
  }
  const principal = principalOf(event.requestContext.authorizer?.lambda);
  draft.principal = principal;
  note({ tenant: principal.tenant, subject: principal.subject });
  if (draft.route !== undefined && !mayCall(draft.route, principal.scopes)) {
    throw new Problem('forbidden', { params: { scope: access } });
  }
}

/** Behind the body: some callers may bring some fields only. Throws 403 naming the scope of the first other one. */
export function fieldScopes(): MiddlewareObj<HttpEvent> {
  return {
    before: ({ event }) => {
      const { route, principal, body } = draftOf(event);
      if (route === undefined || principal === undefined || principal === null) return;
      const scope = missingScope(route, principal.scopes, body);
      if (scope !== null) throw new Problem('forbidden', { params: { scope } });
    },
  };
}

/** First the token, then the scope: nothing else of the request is looked at before. */
export function admission(): MiddlewareObj<HttpEvent> {
  return { before: ({ event }) => admit(draftOf(event), event) };
}
