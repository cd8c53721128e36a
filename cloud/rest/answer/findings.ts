// What is wrong with what a caller sent, and how it is told: 400 `invalid_field` in the caller's language.
import * as z from 'zod';
import { type FieldText, fieldTexts } from '../../../shared/api/field-texts.ts';
import type { ErrorParams } from '../../../shared/errors.ts';
import { type Language, Spoken, wordsOf } from '../../../shared/words.ts';
import { Problem } from './problem.ts';

/** One thing that is wrong with a request, and how it is told. */
export interface Finding {
  readonly path: string;
  readonly text: (language: Language) => string;
}

function isFieldText(key: unknown): key is FieldText {
  return typeof key === 'string' && Object.hasOwn(fieldTexts, key);
}

/** What the table of field texts says. A message of zod's own, in its English, is told as a wrong value. */
export function fieldText(
  key: string,
  language: Language,
  places: Readonly<Record<string, string>> = {},
): string {
  const text = fieldTexts[isFieldText(key) ? key : 'not_allowed'][language];
  return text.replace(/\{(\w+)\}/g, (place, name: string) => places[name] ?? place);
}

/** A field's problem as an agent tells it: a phrase, a key of the field texts (older agents), or words of its own. */
export function problemText(params: ErrorParams, language: Language): string {
  const { problem = '' } = params;
  return isFieldText(problem) ? fieldText(problem, language) : wordsOf(problem, params, language);
}

/** The keys of the object at that place, which may lie within another one. */
function keysAt(path: readonly PropertyKey[], schema: unknown): string[] {
  if (schema instanceof z.ZodOptional) return keysAt(path, schema.unwrap());
  if (!(schema instanceof z.ZodObject)) return [];
  const [step, ...rest] = path;
  return step === undefined ? Object.keys(schema.shape) : keysAt(rest, schema.shape[String(step)]);
}

function findings(issue: z.core.$ZodIssue, schema: z.ZodType): Finding[] {
  if (issue.code === 'unrecognized_keys') {
    const allowed = keysAt(issue.path, schema).join(', ');
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.'),
      text: (language) => fieldText('unknown_key', language, { allowed }),
    }));
  }
  return [{ path: issue.path.join('.'), text: (language) => fieldText(issue.message, language) }];
}

/** 400 `invalid_field`: the sentence of the first finding, all of them in `details`. */
export function invalidField(found: readonly Finding[]): Problem {
  const [first] = found;
  return new Problem('invalid_field', {
    params: (language) => ({ field: first?.path ?? '', problem: new Spoken(first?.text(language) ?? '') }),
    extras: (language) => ({
      details: found.map(({ path, text }) => ({ path, message: text(language) })),
    }),
  });
}

/** 400 `invalid_field` for one field, with a text of shared/api/fields.ts. */
export function invalid(path: string, key: FieldText): Problem {
  return invalidField([{ path, text: (language) => fieldText(key, language) }]);
}

/** The value as the schema makes it; throws 400 `invalid_field`. */
export function checked(schema: z.ZodType, value: unknown): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  // A field that is wrong in several ways is told once: its text says all that is allowed.
  const once = new Map(parsed.error.issues.map((issue) => [`${issue.path}\n${issue.message}`, issue]));
  throw invalidField([...once.values()].flatMap((issue) => findings(issue, schema)));
}
