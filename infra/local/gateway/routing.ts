// Finds the route of a request in the one table of routes, as API Gateway does: literal segments before parameters.
import { routes } from '../../../shared/api/routes.ts';
import { type GatewayRoute, rpcRoutes } from '../../../shared/api/rpc-routes.ts';

export interface RouteMatch {
  readonly route: GatewayRoute;
  /** Percent-decoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface CompiledRoute {
  readonly route: GatewayRoute;
  readonly segments: readonly string[];
}

const compiled: readonly CompiledRoute[] = [...Object.values(routes), ...Object.values(rpcRoutes)]
  .map((route: GatewayRoute) => ({ route, segments: route.path.split('/') }))
  .sort((a, b) => parameters(a) - parameters(b));

function parameters({ segments }: CompiledRoute): number {
  return segments.filter((segment) => segment.startsWith('{')).length;
}

/** The route for a method and a path as it came (still percent-encoded), or null. */
export function matchRoute(method: string, rawPath: string): RouteMatch | null {
  const given = rawPath.split('/');
  for (const { route, segments } of compiled) {
    if (route.method !== method || segments.length !== given.length) continue;
    const pathParameters = bind(segments, given);
    if (pathParameters !== null) return { route, pathParameters };
  }
  return null;
}

function bind(segments: readonly string[], given: readonly string[]): Record<string, string> | null {
  const bound: Record<string, string> = {};
  for (const [at, segment] of segments.entries()) {
    const text = given[at] ?? '';
    if (!segment.startsWith('{')) {
      if (segment !== text) return null;
      continue;
    }
    const value = decode(text);
    if (value === null || value === '') return null;
    bound[segment.slice(1, -1)] = value;
  }
  return bound;
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
