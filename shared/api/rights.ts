// Whether a caller's scopes are enough for a route, and for the fields of its body.
import type { Principal } from './principal.ts';
import type { Route } from './route.ts';
import type { Scope } from './scopes.ts';

/** True if the scopes let a caller use the route; fields of the body are checked apart. */
export function mayCall(route: Route, scopes: Principal['scopes']): boolean {
  const { access, narrower, fields, each } = route;
  if (access === 'open' || access === 'any' || scopes.has(access)) return true;
  if (narrower !== undefined) return scopes.has(narrower);
  return Object.values({ ...fields, ...each?.do }).some((scope) => scopes.has(scope));
}

/** The scope that a field of this body needs and the caller does not have, or null. */
export function missingScope(route: Route, scopes: Principal['scopes'], body: unknown): Scope | null {
  if (scopes.has(route.access)) return null;
  const given = (body ?? {}) as Readonly<Record<string, unknown>>;
  for (const [field, scope] of Object.entries(route.fields ?? {})) {
    const asksNothing = given[field] === undefined || given[field] === route.unset?.[field];
    if (!asksNothing && !scopes.has(scope)) return scope;
  }
  return missingForItems(route, scopes, given.items);
}

/** The same of each item. */
function missingForItems({ each }: Route, scopes: Principal['scopes'], items: unknown): Scope | null {
  if (each === undefined || !Array.isArray(items)) return null;
  for (const item of items as readonly Readonly<Record<string, unknown>>[]) {
    const needed = Object.entries(each.fields).flatMap(([field, scope]) =>
      item[field] === undefined ? [] : [scope],
    );
    const missing = [each.do[String(item.do)], ...needed].find(
      (scope) => scope !== undefined && !scopes.has(scope),
    );
    if (missing !== undefined) return missing;
  }
  return null;
}
