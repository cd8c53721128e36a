// Failures that a caller may see: a code of the catalogue, what is known about the change, and the sentence.
import { catalogue } from './catalogue.ts';
import { filled, type Language, type Param, type WordPlace, type Words } from './words.ts';

/** What is known about a change that ended in an error. */
export type Applied = 'yes' | 'no' | 'partial' | 'unknown';

export type ErrorCode = keyof typeof catalogue;
export type { Language } from './words.ts';

/**
 * Values for the places of a sentence; they travel with the error so that any edge can phrase it. A place for words
 * takes the key of a phrase (`@busy_waiting`, its own places filled from the same params) or what an edge has already
 * phrased: a raw text there does not compile.
 */
export type ErrorParams = { readonly [P in WordPlace]?: Words } & {
  readonly [place: string]: Param;
};

/** True if `code` is in the catalogue: replies come from agents that may be newer than the cloud. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}

/**
 * The sentence for people. A place without a param stays visible as `{param}`, so that a missing
 * one shows in the first test that looks.
 */
export function errorText(code: ErrorCode, params: ErrorParams = {}, language: Language = 'es'): string {
  return filled(catalogue[code][language], params, language);
}

export interface SerenoErrorOptions {
  readonly params?: ErrorParams;
  /** Default `no`: an error thrown before anything was sent to a terminal. */
  readonly applied?: Applied;
  readonly cause?: unknown;
}

/** Any failure that a caller may see. `code` is stable; `message` is the English sentence, for logs. */
export class SerenoError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly applied: Applied;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, { params = {}, applied = 'no', cause }: SerenoErrorOptions = {}) {
    super(errorText(code, params, 'en'), cause === undefined ? undefined : { cause });
    this.name = 'SerenoError';
    this.code = code;
    this.status = catalogue[code].status;
    this.applied = applied;
    this.params = params;
  }
}
