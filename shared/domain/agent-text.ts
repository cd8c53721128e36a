// Texts that an agent tells: bounded, and of characters that may be stored and shown anywhere.
import * as z from 'zod';

/** Control characters, separators of lines, halves of characters, and what turns the direction of a text around. */
const UNSHOWN = '\\p{Cc}\\p{Zl}\\p{Zp}\\p{Cs}\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ufeff';
const hasUnshown = new RegExp(`[${UNSHOWN}]`, 'u');
const unshown = new RegExp(`[${UNSHOWN}]+`, 'gu');

/** A text of at most `max` characters without any that must not be shown. */
export function agentText(max: number) {
  return z
    .string()
    .max(max)
    .refine((text) => !hasUnshown.test(text), 'no control characters, and none that turn the direction');
}

/** What is left of a text that may be shown, where the rest of the message counts without it. */
export function withoutUnshown(told: string, max: number): string {
  return told.replace(unshown, ' ').slice(0, max).toWellFormed();
}

/** A code of an error, of the catalogue or of a newer one. */
export const agentCode = z.string().regex(/^[a-z][a-z0-9_]{0,63}$/);
