// Finds the route of a request in the one table of routes, as API Gateway does: literal segments before parameters.
import { gatewayRoutes } from '../../../shared/api/gateway-routes.ts';
import type { GatewayRoute } from '../../../shared/api/rpc-routes.ts';

export interface RouteMatch {
  readonly route: GatewayRoute;
  /** Percent-decoded. */
  readonly pathParameters: Readonly<Record<string, string>>;
}

interface CompiledRoute {
  readonly route: GatewayRoute;
  readonly segments: readonly string[];
}

const compiled: readonly CompiledRoute[] = Object.values(gatewayRoutes)
  .map((route) => ({ route, segments: route.path.split('/') }))
  .sort((a, b) => parameters(a) - parameters(b));

/** A greedy one, `{file+}`, comes after every other. */
function parameters({ segments }: CompiledRoute): number {
  return segments.filter((segment) => segment.startsWith('{')).length + (isGreedy(segments.at(-1)) ? 100 : 0);
}

function isGreedy(segment: string | undefined): boolean {
  return segment?.endsWith('+}') ?? false;
}

/** The route for a method and a path as it came (still percent-encoded), or null. */
export function matchRoute(method: string, rawPath: string): RouteMatch | null {
  const given = rawPath.split('/');
  for (const { route, segments } of compiled) {
    const taken = isGreedy(segments.at(-1)) ? gathered(segments, given) : given;
    if (route.method !== method || segments.length !== taken.length) continue;
    const pathParameters = bind(segments, taken);
    if (pathParameters !== null) return { route, pathParameters };
  }
  return null;
}

/** What a greedy parameter takes is one segment. */
function gathered(segments: readonly string[], given: readonly string[]): readonly string[] {
  const last = segments.length - 1;
  return given.length <= last ? given : [...given.slice(0, last), given.slice(last).join('/')];
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
    bound[segment.slice(1, isGreedy(segment) ? -2 : -1)] = value;
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
