// HTTP answers in the contract's form.
import type { Applied } from '../../../shared/errors.ts';

export interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded?: boolean;
}

/** What an error body may hold besides `success`, `error` and `code`. */
export interface ErrorExtras {
  /** Stated wherever the status is 5xx; `undefined` keeps it out of a body whose form the contract fixes. */
  readonly applied?: Applied | undefined;
  readonly details?: readonly { readonly path: string; readonly message: string }[];
  readonly disponibles?: readonly string[];
  readonly ip?: string;
  readonly operation_id?: string;
}

/** A JSON answer; nothing of the API may be kept by a cache. */
export function json(
  statusCode: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    statusCode,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
    body: JSON.stringify(body),
  };
}

/** 200 with `success: true` before whatever the route's table says. */
export function ok(body: object, headers: Readonly<Record<string, string>> = {}): Answer {
  return json(200, { success: true, ...body }, headers);
}

/** 202: the outcome is not known yet; `Location` tells where it will be. */
export function accepted(operationId: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return json(
    202,
    { success: true, operation_id: operationId },
    { location: `/operations/${operationId}`, 'sereno-operation': operationId, ...headers },
  );
}
