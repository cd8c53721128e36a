// Errors as the REST contract tells them: a sentence in the caller's language, and what else the body holds.
import {
  type ErrorCode,
  type ErrorParams,
  errorText,
  type Language,
  SerenoError,
  type SerenoErrorOptions,
} from '../../../shared/errors.ts';
import type { ErrorExtras } from './answer.ts';

/** What depends on the caller's language, or does not. */
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

export function spoken<T>(value: Localized<T>, language: Language): T {
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
