// Every change over HTTP leaves an entry. Commands and jobs leave theirs when they have an id; all others here, around the handler.
import { routeKey } from '../../../shared/api/route.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { SiteAddress } from '../../../shared/wire/topics.ts';
import type { Deed, Ending } from '../../audit/entry.ts';
import { auditTrail } from '../../audit/services.ts';
import { isAction } from '../../commands/actions.ts';
import type { Origin } from '../../commands/request.ts';
import { log } from '../../log.ts';
import type { Answer } from '../answer/answer.ts';
import type { Call } from './call.ts';

function namesOf(fields: unknown): string[] {
  return typeof fields === 'object' && fields !== null ? Object.keys(fields) : [];
}

/** From where a call comes and what it brings, by names alone. */
export function originOf({ route, address, body, query }: Call): Origin {
  const fields = [...namesOf(body), ...namesOf(query)];
  const objects = route.panel === undefined ? {} : identifiersIn(body, query);
  return { face: 'rest', address, what: routeKey(route), fields, ...objects };
}

/** Identifiers are told by type and count: their numbers open doors. */
function identifiersIn(body: unknown, query: unknown): Pick<Origin, 'objects'> {
  const { type } = { ...(query as { type?: unknown } | undefined) };
  if (typeof type !== 'string') return {};
  const { list_items } = { ...(body as { list_items?: unknown } | undefined) };
  const count = Array.isArray(list_items) ? list_items.length : 1;
  return { objects: [{ kind: 'identifier', id: type, count }] };
}

/** `/webhooks/{id}/test` is about a webhook. */
function objectsOf({ route, params }: Call): Pick<Deed, 'objects'> {
  const { id } = params;
  if (id === undefined) return {};
  return { objects: [{ kind: (route.path.split('/')[1] ?? '').replace(/s$/, ''), id: id.slice(0, 64) }] };
}

function deedOf(call: Call, subject: string): Deed {
  const { fields, ...origin } = originOf(call);
  const { site } = { ...(call.body as { site?: unknown } | undefined), ...call.params };
  return {
    ...origin,
    fields: [...fields],
    subject,
    ...(typeof site === 'string' ? { site: site.slice(0, 32) } : {}),
    ...objectsOf(call),
  };
}

function endingOf({ statusCode }: Answer): Ending {
  return { outcome: statusCode === 200 ? 'succeeded' : 'unknown' };
}

/** What was refused has changed nothing; what nobody expected may have come after the change. */
function endingOfError(error: unknown): Ending {
  if (!(error instanceof SerenoError)) return { outcome: 'unknown', code: 'internal' };
  const { code, applied } = error;
  return { outcome: error.status < 500 || applied === 'no' ? 'failed' : 'unknown', code };
}

/** Runs what changes something: an entry before it begins, and what came of it afterwards. */
async function entered<T>(
  tenant: string,
  deed: Deed,
  work: () => Promise<T> | T,
  endingOf: (result: T) => Ending,
): Promise<T> {
  const trail = auditTrail();
  const place = await trail.begin(tenant, deed);
  // The change is made or not by now: trouble with its outcome is for those who look for outcomes later.
  const end = (ending: Ending) =>
    trail
      .end(tenant, place, ending)
      .catch((error: unknown) => log.error('outcome not entered', error as Error));
  try {
    const result = await work();
    await end(endingOf(result));
    return result;
  } catch (error) {
    await end(endingOfError(error));
    throw error;
  }
}

/** Runs a handler; one that changes something leaves an entry. */
export async function audited(call: Call, handle: () => Promise<Answer> | Answer): Promise<Answer> {
  const { principal, route, name } = call;
  const hasItsOwn = isAction(name) || route.job === true;
  if (principal === null || route.method === 'GET' || hasItsOwn) return handle();
  return entered(principal.tenant, deedOf(call, principal.subject), handle, endingOf);
}

/** An agent that trades its token for a certificate: whose it is shows only then. */
export function auditedEnrolment(call: Call) {
  return <T>({ tenant, site }: SiteAddress, work: () => Promise<T>): Promise<T> => {
    const { fields, ...origin } = originOf(call);
    const deed: Deed = { ...origin, face: 'agent', fields: [...fields], subject: 'enrolment', site };
    return entered(tenant, deed, work, () => ({ outcome: 'succeeded' }));
  };
}

/** An agent that renews its certificate by itself. */
export function auditedRenewal<T>({ tenant, site }: SiteAddress, work: () => Promise<T>): Promise<T> {
  const deed: Deed = {
    face: 'agent',
    address: '',
    what: 'certificate renewal',
    fields: ['csr'],
    subject: 'renewal',
    site,
  };
  return entered(tenant, deed, work, () => ({ outcome: 'succeeded' }));
}
