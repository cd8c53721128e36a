// Kinds of parameters, each with the phrases by which it is refused. A value is checked, and comes out as the domain has it.
import * as z from 'zod';
import { isPeriod } from '../accounts/periods.ts';
import { spanSeconds } from '../accounts/spans.ts';
import { type Sentence, say } from './sentences.ts';

/** Marks a parameter that has to be there: parse.ts tells it at the object that lacks it. */
export const MISSING = 'missing';

/** Of schemas that are zod's own: they can say one sentence alone, whose other language parse.ts knows. */
export const ARRAY_EXPECTED = say('array_expected');

const LARGEST_ID = 9_223_372_036_854_775_807n;

type Refuse = (phrase: Sentence) => never;

class Refused extends Error {
  readonly phrase: Sentence;

  constructor(phrase: Sentence) {
    super(phrase.en);
    this.phrase = phrase;
  }
}

/** A kind of parameter: `read` gives the value, or refuses it with a phrase. */
export function kindOf<T>(read: (value: unknown, refuse: Refuse) => T) {
  return z.unknown().transform((value, context): T => {
    try {
      return read(value, (phrase) => {
        throw new Refused(phrase);
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const { en, es } = error.phrase;
      context.issues.push({ code: 'custom', message: en, params: { es }, input: value });
      return z.NEVER;
    }
  });
}

/** A parameter that has to be there. */
export function required<T extends z.ZodType>(schema: T) {
  return z
    .unknown()
    .superRefine((value, context) => {
      if (value === undefined) context.issues.push({ code: 'custom', message: MISSING, input: value });
    })
    .pipe(schema);
}

/** Digits or a whole number; comes out as a text without leading zeros. */
export function id() {
  return kindOf((value, refuse) => {
    const text = typeof value === 'number' && Number.isInteger(value) ? String(value) : value;
    if (typeof text !== 'string' || !/^\d+$/.test(text)) return refuse(say('number_expected'));
    const number = BigInt(text);
    if (number > LARGEST_ID) return refuse(say('number_large'));
    return String(number);
  });
}

export interface TextOptions {
  readonly most?: number;
  /** Default: true. */
  readonly mayBeEmpty?: boolean;
}

function readText(value: unknown, refuse: Refuse, { most = 255, mayBeEmpty = true }: TextOptions): string {
  if (typeof value !== 'string') return refuse(say('text_expected'));
  if (value === '' && !mayBeEmpty) return refuse(say('empty'));
  if (/[\ud800-\udfff]/u.test(value)) return refuse(say('not_utf8'));
  if ([...value].length > most) return refuse(say('long'));
  return value;
}

export function text(options: TextOptions = {}) {
  return kindOf((value, refuse) => readText(value, refuse, options));
}

function quoted(values: readonly string[]): Sentence {
  const list = values.map((value) => `"${value}"`).join(', ');
  return say(values.length === 1 ? 'must_be' : 'one_of', { list });
}

export function oneOf<const T extends string>(values: readonly T[]) {
  return kindOf((value, refuse) => {
    const given = readText(value, refuse, { mayBeEmpty: false, most: Number.POSITIVE_INFINITY });
    return values.find((known) => known === given) ?? refuse(quoted(values));
  });
}

/** Ranges as they are told: `0, 90-86400`. */
export type Ranges = readonly (readonly [number, number])[];

function told(ranges: Ranges): Sentence {
  const list = ranges.map(([low, high]) => (low === high ? String(low) : `${low}-${high}`)).join(', ');
  return say(/^\d+$/.test(list) ? 'must_be' : 'one_of', { list });
}

function isWithin(number: number, ranges: Ranges): boolean {
  return ranges.some(([low, high]) => number >= low && number <= high);
}

export function int(ranges: Ranges, shown = told(ranges)) {
  return kindOf((value, refuse) => {
    const isDigits = typeof value === 'string' && /^-?\d{1,15}$/.test(value);
    if (!isDigits && !(typeof value === 'number' && Number.isInteger(value)))
      return refuse(say('integer_expected'));
    const number = Number(value);
    return isWithin(number, ranges) ? number : refuse(shown);
  });
}

/** 0 or 1. */
export function flag() {
  return int([[0, 1]], say('one_of', { list: '0, 1' })).transform((number) => number === 1);
}

export function bool() {
  return kindOf((value, refuse) => (typeof value === 'boolean' ? value : refuse(say('boolean_expected'))));
}

/** `90`, `15m`; what is allowed is told in seconds. */
export function timeUnit(ranges: Ranges) {
  return kindOf((value, refuse) => {
    const given = typeof value === 'number' && Number.isInteger(value) ? String(value) : value;
    const written = readText(given, refuse, { mayBeEmpty: false });
    const seconds = spanSeconds(written);
    if (seconds === null) return refuse(say('span_expected'));
    return isWithin(seconds, ranges) ? written : refuse(told(ranges));
  });
}

/** An address, whole or relative to the console. */
export function url() {
  return kindOf((value, refuse) => {
    const given = readText(value, refuse, { most: 2048 });
    if (given === '') return given;
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(given)?.[1]?.toLowerCase();
    const isKnown = scheme === undefined || ['http', 'https', 'mailto'].includes(scheme);
    return isKnown && URL.canParse(given, 'https://console.invalid') ? given : refuse(say('url'));
  });
}

/** `1-5,09:00-18:00;6-7,10:00-16:00` */
export function timePeriod() {
  return kindOf((value, refuse) => {
    const given = readText(value, refuse, { mayBeEmpty: false });
    return isPeriod(given) ? given : refuse(say('period_expected'));
  });
}

/** A list; an object counts as the list of its values, as the clients' own language has it. */
export function list<T extends z.ZodType>(item: T) {
  return kindOf((value, refuse) => {
    if (typeof value !== 'object' || value === null) return refuse(say('array_expected'));
    return Object.values(value) as unknown[];
  }).pipe(z.array(item));
}

/** One or several, as a list. */
export function oneOrMore<T extends z.ZodType>(item: T) {
  return z
    .unknown()
    .transform((value): unknown[] => (Array.isArray(value) ? value : [value]))
    .pipe(z.array(item) as unknown as z.ZodType<z.output<T>[], unknown[]>);
}

/** One of two schemas, by what is in the value. */
export function either<A extends z.ZodType, B extends z.ZodType>(
  isFirst: (value: unknown) => boolean,
  first: A,
  second: B,
) {
  return z.unknown().transform((value, context): z.output<A> | z.output<B> => {
    const result = (isFirst(value) ? first : second).safeParse(value);
    if (result.success) return result.data as z.output<A> | z.output<B>;
    for (const issue of result.error.issues) context.issues.push({ ...issue, input: value } as never);
    return z.NEVER;
  });
}

/** An object of exactly these parameters, in the order in which they are looked at. */
export function object<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : ARRAY_EXPECTED.en),
  });
}
