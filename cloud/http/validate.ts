// Body, query and path against the route's schemas; what is wrong is told in the caller's language.
import type { MiddlewareObj } from '@middy/core';
import * as z from 'zod';
import { type FieldText, fieldTexts, normalizeDeviceId, textField } from '../../shared/api/fields.ts';
import type { RouteName } from '../../shared/api/routes.ts';
import type { Language } from '../../shared/errors.ts';
import { deviceIdSchema } from '../../shared/wire/identifiers.ts';
import { note } from '../log.ts';
import { draftOf, type HttpEvent } from './call.ts';
import { Problem } from './problem.ts';

interface Finding {
  readonly path: string;
  readonly text: (language: Language) => string;
}

/** Routes that name all missing fields in one sentence, before anything else is said about the body. */
const REQUIRED_TOGETHER: Partial<Record<RouteName, readonly string[]>> = {
  userCreate: ['user_id', 'name'],
  deviceCreate: ['id', 'name', 'ip'],
};

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function listed(names: readonly string[], language: Language): string {
  const [last, ...rest] = [...names].reverse();
  return `${rest.reverse().join(', ')} ${language === 'es' ? 'y' : 'and'} ${last}`;
}

/** What the table of field texts says, or the message itself where it is no key of it. */
export function fieldText(
  key: string,
  language: Language,
  places: Readonly<Record<string, string>> = {},
): string {
  const text = Object.hasOwn(fieldTexts, key) ? fieldTexts[key as FieldText][language] : key;
  return text.replace(/\{(\w+)\}/g, (place, name: string) => places[name] ?? place);
}

function findings(issue: z.core.$ZodIssue, schema: z.ZodType): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    const allowed = schema instanceof z.ZodObject ? Object.keys(schema.shape).join(', ') : '';
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.'),
      text: (language) => fieldText('unknown_key', language, { allowed }),
    }));
  }
  return [{ path: issue.path.join('.'), text: (language) => fieldText(issue.message, language) }];
}

/** 400 `invalid_field`: the sentence of the first finding, all of them in `details`. */
export function invalidField(found: readonly Finding[]): Problem {
  const [first] = found;
  return new Problem('invalid_field', {
    params: (language) => ({ field: first?.path ?? '', problem: first?.text(language) ?? '' }),
    extras: (language) => ({
      details: found.map(({ path, text }) => ({ path, message: text(language) })),
    }),
  });
}

/** 400 `invalid_field` for one field, with a text of shared/api/fields.ts. */
export function invalid(path: string, key: FieldText): Problem {
  return invalidField([{ path, text: (language) => fieldText(key, language) }]);
}

/** The value as the schema makes it; throws 400 `invalid_field`. */
export function checked(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // A field that is wrong in several ways is told once: its text says all that is allowed.
  const once = new Map(parsed.error.issues.map((issue) => [`${issue.path}\n${issue.message}`, issue]));
  throw invalidField([...once.values()].flatMap((issue) => findings(issue, schema)));
}

function checkedBody(name: RouteName, schema: z.ZodType, body: unknown): unknown {
  const required = REQUIRED_TOGETHER[name] ?? [];
  const fields = body as Readonly<Record<string, unknown>>;
  const missing = required.filter((field) => isMissing(fields[field]));
  if (missing.length > 0) {
    throw new Problem('missing_fields', {
      params: (language) => ({ fields: listed(required, language) }),
      extras: (language) => ({
        details: missing.map((path) => ({ path, message: fieldText('required', language) })),
      }),
    });
  }
  return checked(schema, body);
}

/** Device ids are normalized (an impossible one is simply not found), user ids are trimmed texts. */
function checkedParams(given: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value = ''] of Object.entries(given)) {
    params[name] = name === 'device_id' ? normalizeDeviceId(value) : value;
  }
  if (params.user_id !== undefined) {
    const parsed = textField.safeParse(params.user_id);
    if (!parsed.success) throw invalid('user_id', 'text');
    params.user_id = parsed.data;
  }
  return params;
}

export function validation(): MiddlewareObj<HttpEvent> {
  return {
    before: ({ event }) => {
      const draft = draftOf(event);
      const { route, name } = draft;
      if (route === undefined || name === undefined) return;
      if (route.body !== undefined) draft.body = checkedBody(name, route.body, event.body);
      if (route.query !== undefined) {
        draft.query = checked(route.query, event.queryStringParameters ?? {});
      }
      draft.params = checkedParams(event.pathParameters ?? {});
      const device = deviceIdSchema.safeParse(draft.params.device_id);
      // Logs name devices, not whatever stands in their place.
      if (device.success) note({ device: device.data });
    },
  };
}
