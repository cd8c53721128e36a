// Texts that come from an agent: bounded, and of characters that may be stored and shown anywhere.
import * as z from 'zod';

/** Control characters, line separators, halves of surrogate pairs, and what changes the direction of a text. */
const UNSHOWN = '\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff';
const hasUnshown = new RegExp(`[${UNSHOWN}]`, 'u');
const unshown = new RegExp(`[${UNSHOWN}]+`, 'gu');

/** A text of at most `max` characters, all of which may be shown. */
export function agentText(max: number) {
  return z
    .string()
    .max(max)
    .refine((text) => !hasUnshown.test(text), 'no control characters, and none that turn the direction');
}

/** A text without the characters that must not be shown, for messages that count all the same. */
export function withoutUnshown(told: string, max: number): string {
  return told.replace(unshown, ' ').slice(0, max).toWellFormed();
}

/** The code of an error: of this catalogue or of a newer one. */
export const agentCode = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
