// What is said of one route, and its name at the gateway.
import type * as z from 'zod';
import type { OperationName } from '../wire/operations.ts';
import type { Scope } from './scopes.ts';

export type FunctionName =
  | 'public'
  | 'devices'
  | 'users'
  | 'attendance'
  | 'operations'
  | 'sites'
  | 'enroll'
  | 'events'
  | 'webhooks'
  | 'audit'
  | 'people';

export const BODY_BYTES = 64 * 1024;

/** A request as it can be sent to a system that was just started, and what may come back. */
export interface Example {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** The 200 body without `success` and the sentence of `says`. */
  readonly answer?: object;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  /**
   * `open`: no token; `any`: a valid token, what one sees depends on its scopes; else the scope needed.
   */
  readonly access: Scope | 'open' | 'any';
  /** A scope that allows less than `access` and is enough for this route. */
  readonly narrower?: Scope;
  /** Fields of the body that a caller without `access` needs a scope for; without a `narrower` one, any of these lets in. */
  readonly fields?: Readonly<Record<string, Scope>>;
  /** What each of the body's `items` needs, by what it does and by the fields that it names, of a caller without `access`. */
  readonly each?: {
    readonly do: Readonly<Record<string, Scope>>;
    readonly fields: Readonly<Record<string, Scope>>;
  };
  /** Values of those fields that change nothing here, and need no scope. */
  readonly unset?: Readonly<Record<string, unknown>>;
  /** The Lambda function that serves it: `cloud/functions/{fn}.ts`. */
  readonly fn: FunctionName;
  /** By which operation of the agent it is done, if it ends in a command. */
  readonly operation?: OperationName;
  /** It becomes a job: commands to many terminals as one operation. */
  readonly job?: true;
  /** What the gateway lets through of all callers together: calls a second, and at once. Over it: 429. */
  readonly throttle?: { readonly perSecond: number; readonly burst: number };
  readonly summary: string;
  readonly body?: z.ZodType;
  /** Fields of the body that are all named in one sentence where one of them is missing. */
  readonly requiredTogether?: readonly string[];
  /** How large a body may be, in bytes; `BODY_BYTES` where nothing is said. */
  readonly bodyBytes?: number;
  /** The body is no JSON but text of this type. */
  readonly bodyText?: 'text/csv';
  /**
   * Answers 202 with the same body where not all of it is known to be so yet: at the terminals of a person, or of the people of
   * a file, or by a branch's agent.
   */
  readonly late?: 'person' | 'import' | 'update';
  readonly query?: z.ZodType;
  /**
   * In the form of access panels: what the query or the body holds besides what is asked is ignored, and errors of form, login
   * and rights are told in their words. `single`: the body where the query names one `number`; null: none.
   */
  readonly panel?: { readonly single?: z.ZodType | null };
  /** What its 200 says to people. */
  readonly says?: { readonly es: string; readonly en: string };
  /** Null where the answer is no JSON of the contract (a page, the contract itself). */
  readonly answer: z.ZodType | null;
  /** What its operation shows once it has settled, where that is not the 200 body. */
  readonly result?: z.ZodType;
  /** The same list also as CSV, on `Accept: text/csv`. */
  readonly csv?: true;
  readonly example?: Example;
}

/** The route key of API Gateway v2: `PUT /devices/{device_id}`. */
export function routeKey(route: Pick<Route, 'path'> & { readonly method: string }): string {
  return `${route.method} ${route.path}`;
}
