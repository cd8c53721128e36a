// Turns a function's result into an HTTP answer, and makes the answers that the gateway gives itself.

import { Problem } from '../../../cloud/rest/answer/problem.ts';
import { problemAnswer } from '../../../cloud/rest/answer/problem-answer.ts';
import { preferredLanguage } from '../../../shared/accept-language.ts';
import type { ErrorCode, ErrorParams } from '../../../shared/errors.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

const JSON_TYPE = { 'content-type': 'application/json' };
/** Lambda's limit on an answer, in bytes: past it the call fails. */
const ANSWER_BYTES = 6 * 1024 * 1024;

/** API Gateway's answer for a function that threw, timed out or answered nonsense. */
export const internalServerError = plain(500, 'Internal Server Error');
/** API Gateway's answer where an authorizer denies; ours never does. */
export const forbidden = plain(403, 'Forbidden');

/** An answer of the gateway itself in the contract's words. */
export function contractError(
  code: ErrorCode,
  acceptLanguage: string | undefined,
  params: ErrorParams = {},
): HttpAnswer {
  return toAnswer(problemAnswer(new Problem(code, { params }), preferredLanguage(acceptLanguage)));
}

/**
 * The answer of a function (payload format 2.0): an object with `statusCode`, or anything else, which API Gateway
 * takes for the JSON body of a 200.
 */
export function toAnswer(result: unknown): HttpAnswer {
  if (typeof result !== 'object' || result === null || !('statusCode' in result)) {
    return sized({ status: 200, headers: JSON_TYPE, body: Buffer.from(JSON.stringify(result ?? null)) });
  }
  const { statusCode, headers, multiValueHeaders, cookies, body, isBase64Encoded } = result as {
    statusCode: unknown;
    headers?: Record<string, unknown>;
    multiValueHeaders?: Record<string, readonly unknown[]>;
    cookies?: readonly string[];
    body?: unknown;
    isBase64Encoded?: boolean;
  };
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 200 || status > 599) return internalServerError;
  if (body !== undefined && body !== null && typeof body !== 'string') return internalServerError;
  const all: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(headers ?? {})) all[name.toLowerCase()] = String(value);
  for (const [name, values] of Object.entries(multiValueHeaders ?? {}))
    all[name.toLowerCase()] = values.map(String);
  if (cookies !== undefined && cookies.length > 0) all['set-cookie'] = cookies;
  const bytes = Buffer.from(body ?? '', isBase64Encoded === true ? 'base64' : 'utf8');
  return sized({ status, headers: { 'content-type': 'text/plain;charset=UTF-8', ...all }, body: bytes });
}

function sized(answer: HttpAnswer): HttpAnswer {
  return answer.body.length > ANSWER_BYTES ? internalServerError : answer;
}

function plain(status: number, message: string): HttpAnswer {
  return { status, headers: JSON_TYPE, body: Buffer.from(JSON.stringify({ message })) };
}
