// Cursors of the cloud's own lists: what to go on after, made unreadable so that nobody builds upon it.
import type * as z from 'zod';
import { invalid } from './findings.ts';

export function encodeCursor(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/**
 * The value in a cursor; throws 400 `invalid_field` for a text that we did not make.
 *
 * @param field the parameter that it came in
 */
export function decodeCursor<T>(
  schema: z.ZodType<T>,
  cursor: string,
  field: 'cursor' | 'after' = 'cursor',
): T {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalid(field, field);
  }
}
