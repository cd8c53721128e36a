// Routes in the form of access panels: their query and body, of which what is not asked for is ignored, and their errors, which
// are one English sentence each.
import type * as z from 'zod';
import type { Route } from '../../../shared/api/route.ts';
import { errorText, SerenoError } from '../../../shared/errors.ts';
import { type Answer, json } from '../answer/answer.ts';
import { objectBody } from './body.ts';
import type { HttpEvent } from './call.ts';

const WRONG_BODY = 'Wrong JSON body';
const WRONG_QUERY = 'Wrong query';
const LOG_IN = 'Log In';
const NO_RIGHTS = 'Administrator rights required.';

/** A request that is not of the form: nothing of it was done. */
class WrongForm extends SerenoError {
  readonly text: string;

  constructor(text: string) {
    super('body_required');
    this.name = 'WrongForm';
    this.text = text;
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, step) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, step) : undefined),
    value,
  );
}

/** Names the innermost parameter that is missing, or is not what it must be. */
function formed(schema: z.ZodType, value: unknown, what: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const path = parsed.error.issues[0]?.path ?? [];
  const param = path.findLast((step) => typeof step === 'string');
  if (param === undefined) throw new WrongForm(what);
  const isMissing = valueAt(value, path) === undefined;
  throw wrongValue(what, param, isMissing);
}

function wrongValue(what: string, param: string, isMissing: boolean): WrongForm {
  const problem = isMissing ? `no value for \`${param}\`` : `value \`${param}\` was of the wrong type`;
  return new WrongForm(`${what}: ${problem}`);
}

/** A number that is none of its type. */
export function wrongNumber(isSingle: boolean): SerenoError {
  return isSingle
    ? wrongValue(WRONG_QUERY, 'number', false)
    : wrongValue(WRONG_BODY, 'identifier_number', false);
}

/** Query and body as the route's schemas make them. @throws SerenoError */
export function panelRequest(route: Route, event: HttpEvent): { query: unknown; body: unknown } {
  const given = event.queryStringParameters ?? {};
  const query = route.query === undefined ? undefined : formed(route.query, given, WRONG_QUERY);
  const single = given.number === undefined ? undefined : route.panel?.single;
  const schema = single === undefined ? route.body : single;
  if (schema === undefined || schema === null) return { query, body: undefined };
  return { query, body: formed(schema, objectBody(event, route), WRONG_BODY) };
}

/** The answer to an error that has a form of its own there, or null. */
export function panelAnswer(error: unknown): Answer | null {
  if (error instanceof WrongForm) return json(400, { error: error.text });
  if (!(error instanceof SerenoError)) return null;
  const { code } = error;
  switch (code) {
    case 'body_required':
      return json(400, { error: WRONG_BODY });
    case 'unauthorized':
      return json(401, { error: LOG_IN }, { 'www-authenticate': 'Bearer' });
    case 'forbidden':
    case 'site_read_only':
      return json(403, { error: `${NO_RIGHTS} ${errorText(code, error.params, 'en')}`, code });
    default:
      return null;
  }
}
