// Errors of the REST contract: how a failure becomes status, headers and body.
import {
  type ErrorCode,
  type ErrorParams,
  errorText,
  type Language,
  SerenoError,
  type SerenoErrorOptions,
} from '../../shared/errors.ts';
import { type Answer, type ErrorExtras, json } from './answer.ts';

type Localized<T> = T | ((language: Language) => T);

export interface ProblemOptions extends Omit<SerenoErrorOptions, 'params'> {
  /** A function where the words inside the sentence depend on the language too. */
  readonly params?: Localized<ErrorParams>;
  readonly extras?: Localized<ErrorExtras>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the catalogue's. */
  readonly status?: number;
  /** A code of a newer agent that this catalogue does not know: passed on under the sentence of `code`. */
  readonly foreignCode?: string;
}

/** Seconds after which a repeat may fare better. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  agent_offline: 10,
  agent_storage: 30,
  device_busy: 5,
  service_unavailable: 5,
  too_many_requests: 1,
  idempotency_in_progress: 1,
};

function spoken<T>(value: Localized<T>, language: Language): T {
  return typeof value === 'function' ? (value as (language: Language) => T)(language) : value;
}

/** A failure with what its HTTP answer holds besides the sentence. */
export class Problem extends SerenoError {
  readonly options: ProblemOptions;

  constructor(code: ErrorCode, options: ProblemOptions = {}) {
    const { applied, cause } = options;
    super(code, {
      params: spoken(options.params ?? {}, 'en'),
      ...(applied === undefined ? {} : { applied }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.name = 'Problem';
    this.options = options;
  }

  /** The sentence for people. */
  text(language: Language): string {
    return errorText(this.code, spoken(this.options.params ?? {}, language), language);
  }

  /** The code for programs: an agent may be newer than this catalogue. */
  get shownCode(): string {
    return this.options.foreignCode ?? this.code;
  }
}

/** The answer to any error; one that is no SerenoError is our fault and happened before anything was sent. */
export function problemAnswer(error: unknown, language: Language): Answer {
  if (!(error instanceof Problem)) {
    const { code, params, applied } =
      error instanceof SerenoError ? error : new SerenoError('internal', { cause: error });
    return problemAnswer(new Problem(code, { params, applied }), language);
  }
  const { code, applied, options } = error;
  const status = options.status ?? error.status;
  const retryAfter = RETRY_AFTER[code];
  const body = {
    success: false,
    error: error.text(language),
    code: error.shownCode,
    ...(status >= 500 ? { applied } : {}),
    ...spoken(options.extras ?? {}, language),
  };
  return json(status, body, {
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    ...options.headers,
  });
}
