// One HTTP request as handlers see it: everything checked, everything typed by its route.
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type * as z from 'zod';
import type { Principal } from '../../../shared/api/principal.ts';
import type { FunctionName, Route } from '../../../shared/api/route.ts';
import type { RouteName, RouteOf, routes } from '../../../shared/api/routes.ts';
import type { Language } from '../../../shared/errors.ts';
import type { Action } from '../../commands/actions.ts';
import type { Answer } from '../answer/answer.ts';

type Output<T> = T extends z.ZodType ? z.output<T> : undefined;
type Field<N extends RouteName, K extends 'body' | 'query'> = (typeof routes)[N] extends {
  readonly [key in K]: infer T;
}
  ? Output<T>
  : undefined;

/** What comes instead of a batch where the query names one. */
type Single<N extends RouteName> = (typeof routes)[N] extends { readonly panel: { readonly single: infer T } }
  ? Output<T>
  : never;

export type BodyOf<N extends RouteName> = Field<N, 'body'> | Single<N>;
export type QueryOf<N extends RouteName> = Field<N, 'query'>;

/** Open routes have no caller. */
type PrincipalOf<N extends RouteName> = (typeof routes)[N]['access'] extends 'open' ? null : Principal;

export interface Call<N extends RouteName = RouteName> {
  readonly name: N;
  readonly route: Route;
  readonly language: Language;
  readonly principal: PrincipalOf<N>;
  /** Values of the path's places, percent-decoded; device ids as the directory writes them. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: BodyOf<N>;
  readonly query: QueryOf<N>;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Of the caller. */
  readonly address: string;
  /** W3C trace context, the caller's or a new one. */
  readonly traceparent: string;
  /** Epoch ms at which Lambda ends this handler. */
  readonly endsAt: number;
}

/** Answers a route's calls, with what its function works with. */
export type Handler<N extends RouteName, P> = (ports: P, call: Call<N>) => Promise<Answer> | Answer;

/** A handler for every route of a function but those that end in a command: these have one for all. */
export type Handlers<F extends FunctionName, P> = {
  readonly [N in Exclude<RouteOf<F>, Action>]: Handler<N, P>;
};

/** A call while the middlewares are still at it. */
export interface Draft {
  readonly startedAt: number;
  name?: RouteName;
  route?: Route;
  language?: Language;
  principal?: Principal | null;
  params?: Record<string, string>;
  body?: unknown;
  query?: unknown;
  headers?: Readonly<Record<string, string | undefined>>;
  address?: string;
  traceparent?: string;
  endsAt?: number;
}

/** The event of API Gateway's HTTP API, payload 2.0, with the authorizer's context and our draft. */
export interface HttpEvent extends Omit<APIGatewayProxyEventV2, 'requestContext' | 'body'> {
  requestContext: APIGatewayProxyEventV2['requestContext'] & {
    readonly authorizer?: { readonly lambda?: unknown };
  };
  body?: unknown;
  draft?: Draft;
}

/** The draft of this request; who asks first makes it. */
export function draftOf(event: HttpEvent): Draft {
  event.draft ??= { startedAt: Date.now() };
  return event.draft;
}
