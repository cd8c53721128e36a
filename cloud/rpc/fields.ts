// Kinds of parameters, each with the phrases by which it is refused. A value is checked, and comes out as the domain has it.
import * as z from 'zod';
import { isPeriod } from '../accounts/periods.ts';
import { spanSeconds } from '../accounts/spans.ts';

/** Marks a parameter that has to be there: parse.ts tells it at the object that lacks it. */
export const MISSING = 'missing';

const LARGEST_ID = 9_223_372_036_854_775_807n;

type Refuse = (phrase: string) => never;

class Refused extends Error {}

/** A kind of parameter: `read` gives the value, or refuses it with a phrase. */
export function kindOf<T>(read: (value: unknown, refuse: Refuse) => T) {
  return z.unknown().transform((value, context): T => {
    try {
      return read(value, (phrase) => {
        throw new Refused(phrase);
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      context.issues.push({ code: 'custom', message: error.message, input: value });
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
    if (typeof text !== 'string' || !/^\d+$/.test(text)) return refuse('a number is expected.');
    const number = BigInt(text);
    if (number > LARGEST_ID) return refuse('a number is too large.');
    return String(number);
  });
}

export interface TextOptions {
  readonly most?: number;
  /** Default: true. */
  readonly mayBeEmpty?: boolean;
}

function readText(value: unknown, refuse: Refuse, { most = 255, mayBeEmpty = true }: TextOptions): string {
  if (typeof value !== 'string') return refuse('a character string is expected.');
  if (value === '' && !mayBeEmpty) return refuse('cannot be empty.');
  if (/[\ud800-\udfff]/u.test(value)) return refuse('invalid byte sequence in UTF-8.');
  if ([...value].length > most) return refuse('value is too long.');
  return value;
}

export function text(options: TextOptions = {}) {
  return kindOf((value, refuse) => readText(value, refuse, options));
}

function quoted(values: readonly string[]): string {
  const list = values.map((value) => `"${value}"`).join(', ');
  return values.length === 1 ? `value must be ${list}.` : `value must be one of ${list}.`;
}

export function oneOf<const T extends string>(values: readonly T[]) {
  return kindOf((value, refuse) => {
    const given = readText(value, refuse, { mayBeEmpty: false, most: Number.POSITIVE_INFINITY });
    return values.find((known) => known === given) ?? refuse(quoted(values));
  });
}

/** Ranges as they are told: `0, 90-86400`. */
export type Ranges = readonly (readonly [number, number])[];

function told(ranges: Ranges): string {
  const list = ranges.map(([low, high]) => (low === high ? String(low) : `${low}-${high}`)).join(', ');
  return /^\d+$/.test(list) ? `value must be ${list}.` : `value must be one of ${list}.`;
}

function isWithin(number: number, ranges: Ranges): boolean {
  return ranges.some(([low, high]) => number >= low && number <= high);
}

export function int(ranges: Ranges, shown = told(ranges)) {
  return kindOf((value, refuse) => {
    const isDigits = typeof value === 'string' && /^-?\d{1,15}$/.test(value);
    if (!isDigits && !(typeof value === 'number' && Number.isInteger(value)))
      return refuse('an integer is expected.');
    const number = Number(value);
    return isWithin(number, ranges) ? number : refuse(shown);
  });
}

/** 0 or 1. */
export function flag() {
  return int([[0, 1]], 'value must be one of 0, 1.').transform((number) => number === 1);
}

export function bool() {
  return kindOf((value, refuse) => (typeof value === 'boolean' ? value : refuse('a boolean is expected.')));
}

/** `90`, `15m`; what is allowed is told in seconds. */
export function timeUnit(ranges: Ranges) {
  return kindOf((value, refuse) => {
    const given = typeof value === 'number' && Number.isInteger(value) ? String(value) : value;
    const written = readText(given, refuse, { mayBeEmpty: false });
    const seconds = spanSeconds(written);
    if (seconds === null) return refuse('a time unit is expected.');
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
    return isKnown && URL.canParse(given, 'https://console.invalid') ? given : refuse('unacceptable URL.');
  });
}

/** `1-5,09:00-18:00;6-7,10:00-16:00` */
export function timePeriod() {
  return kindOf((value, refuse) => {
    const given = readText(value, refuse, { mayBeEmpty: false });
    return isPeriod(given) ? given : refuse('a time period is expected.');
  });
}

/** A list; an object counts as the list of its values, as the clients' own language has it. */
export function list<T extends z.ZodType>(item: T) {
  return kindOf((value, refuse) => {
    if (typeof value !== 'object' || value === null) return refuse('an array is expected.');
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
    error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : 'an array is expected.'),
  });
}
