// What bodies, queries and answers of several subjects are made of.
import * as z from 'zod';
import type { FieldText } from './field-texts.ts';
import { cursorField, limitField } from './fields.ts';

export const success = z.literal(true);
export const instant = z.iso.datetime();
export const count = z.int().min(0);

/** What is wrong with a field, by its key. */
export const error = <K extends FieldText>(key: K) => ({ error: key });

/** For a range whose end is before its beginning: nothing would be found, and the caller would not learn why. */
export const reversed = { path: ['from'], ...error('from_after_to') };

/** What a parameter is for, as OpenAPI tells it. */
export const says = (description: string) => ({ description });

export const pageQuery = z.strictObject({
  limit: limitField.optional().meta(says('Rows of a page at most')),
  cursor: cursorField.optional().meta(says('The `next_cursor` of the page before')),
});

/** What a list holds, as OpenAPI tells it: for lists whose items are looked at together. */
export const holds = (items: { type: 'string'; enum?: string[] }) => ({ override: { items } });

export const messageAnswer = z.object({ success, message: z.string() });

/** One instant for all examples. */
export const EXAMPLE_AT = '2026-11-23T23:49:42.066Z';
