// Body, query and path against the route's schemas; what is wrong is told in the caller's language.
import type { MiddlewareObj } from '@middy/core';
import type * as z from 'zod';
import { normalizeDeviceId, textField } from '../../../shared/api/fields.ts';
import type { Route } from '../../../shared/api/route.ts';
import { deviceIdSchema } from '../../../shared/domain/identifiers.ts';
import type { Language } from '../../../shared/errors.ts';
import { note } from '../../log.ts';
import { checked, fieldText, invalid } from '../answer/findings.ts';
import { Problem } from '../answer/problem.ts';
import { draftOf, type HttpEvent } from './call.ts';
import { panelRequest } from './panel.ts';
import { checkedQuery } from './query.ts';

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function listed(names: readonly string[], language: Language): string {
  const [last, ...rest] = [...names].reverse();
  return `${rest.reverse().join(', ')} ${language === 'es' ? 'y' : 'and'} ${last}`;
}

/** What is missing of fields that belong together is told in one sentence, before anything else about the body. */
function checkedBody({ requiredTogether: required = [] }: Route, schema: z.ZodType, body: unknown): unknown {
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
      const { route } = draft;
      if (route === undefined) return;
      if (route.panel !== undefined) Object.assign(draft, panelRequest(route, event));
      else {
        if (route.body !== undefined) draft.body = checkedBody(route, route.body, event.body);
        draft.query = checkedQuery(route, event);
      }
      draft.params = checkedParams(event.pathParameters ?? {});
      const device = deviceIdSchema.safeParse(draft.params.device_id);
      // Logs name devices, not any text that stands in the path.
      if (device.success) note({ device: device.data });
    },
  };
}
