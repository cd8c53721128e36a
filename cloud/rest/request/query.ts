// The query of a request: each parameter that the route knows at most once, and no other.
import * as z from 'zod';
import type { Route } from '../../../shared/api/route.ts';
import { checked, type Finding, fieldText, invalidField } from '../answer/findings.ts';
import type { HttpEvent } from './call.ts';

/** Names of the parameters that a route knows. */
export function parametersOf(route: Route): readonly string[] {
  return route.query instanceof z.ZodObject ? Object.keys(route.query.shape) : [];
}

function unknown(name: string, allowed: readonly string[]): Finding {
  return {
    path: name,
    text: (language) =>
      allowed.length === 0
        ? fieldText('no_parameters', language)
        : fieldText('unknown_key', language, { allowed: allowed.join(', ') }),
  };
}

/**
 * What is wrong with the names alone. Looked up in the raw query: API Gateway joins the values of a repeated one by
 * commas, so that in its own map the repeat could pass for a value.
 */
function misnamed(rawQuery: string, allowed: readonly string[]): Finding[] {
  const names = [...new URLSearchParams(rawQuery).keys()];
  return [...new Set(names)].flatMap((name) => {
    if (!allowed.includes(name)) return [unknown(name, allowed)];
    if (names.indexOf(name) === names.lastIndexOf(name)) return [];
    return [{ path: name, text: (language) => fieldText('repeated', language) }];
  });
}

/** The query as the route's schema makes it, undefined where it has none; throws 400 `invalid_field`. */
export function checkedQuery(route: Route, event: HttpEvent): unknown {
  const found = misnamed(event.rawQueryString ?? '', parametersOf(route));
  if (found.length > 0) throw invalidField(found);
  return route.query === undefined ? undefined : checked(route.query, event.queryStringParameters ?? {});
}
