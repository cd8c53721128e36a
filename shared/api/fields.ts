// The fields of request bodies and queries: what callers may send and what becomes of it.
import * as z from 'zod';
import { EVENT_TYPES, type EventType } from '../domain/event-types.ts';
import { COMMAND_ID } from '../domain/identifiers.ts';
import { PRIVILEGES } from '../domain/user.ts';
import type { FieldText } from './field-texts.ts';

/**
 * U+FFFD is what remains of bytes that were not UTF-8: a name sent in another encoding must not be silently spoilt.
 * Half a surrogate pair has no UTF-8 at all.
 */
function isClean(text: string): boolean {
  return !/[\p{Cc}\p{Cs}\uFFFD]/u.test(text);
}

/** Beyond exact integers only the size matters, and every limit here is smaller. */
function exact(value: number): number {
  return Math.min(value, Number.MAX_SAFE_INTEGER);
}

const digitString = z
  .string()
  .trim()
  .regex(/^\d+$/)
  .transform((digits) => exact(Number(digits)));

/** An integer given as a number or as a digit string. */
function integer(error: FieldText, min: number, max: number) {
  const within = z.int({ error }).min(min, { error }).max(max, { error });
  return z.union([within, digitString], { error }).pipe(within);
}

/** A number that stands for its digits. */
function wholeNumber(error: FieldText) {
  return z.int({ error }).min(0, { error });
}

/** A text that must not be empty; numbers become strings, surrounding spaces are removed. */
export const textField = z
  .union([z.string(), wholeNumber('text')], { error: 'text' satisfies FieldText })
  .transform((value) => String(value).trim())
  .pipe(
    z
      .string()
      .min(1, { error: 'text' satisfies FieldText })
      .refine(isClean, { error: 'text' }),
  );

export const passwordField = z
  .union([z.string(), wholeNumber('password')], { error: 'password' satisfies FieldText })
  .transform((value) => String(value))
  .pipe(z.string().refine(isClean, { error: 'password' satisfies FieldText }));

const privilege = z.literal([...PRIVILEGES], { error: 'privilege' satisfies FieldText });
export const privilegeField = z
  .union([privilege, digitString], { error: 'privilege' satisfies FieldText })
  .pipe(privilege);

/** The terminal decides how large a card number may be. */
export const cardField = z.union([z.number().min(0).multipleOf(1).transform(exact), digitString], {
  error: 'card' satisfies FieldText,
});
export const limitField = integer('limit', 1, 5000);
export const waitField = integer('wait', 0, 20);
export const lastField = integer('last', 1, 100);
export const portField = integer('port', 1, 65535);
export const commKeyField = integer('comm_key', 0, 0xffffffff);
export const timeoutField = integer('timeout', 1, 60);
export const locksField = integer('locks', 1, 2);
/** Seconds: a week is the most. */
export const keepForField = integer('keep_for', 1, 7 * 24 * 3600);
export const serialField = z.string({ error: 'serial' satisfies FieldText }).pipe(
  z
    .string()
    .trim()
    .regex(/^[\x20-\x7e]{1,64}$/, { error: 'serial' satisfies FieldText }),
);
export const siteField = z
  .string({ error: 'site' })
  .regex(/^[a-z0-9-]{1,32}$/, { error: 'site' satisfies FieldText });
export const uidField = integer('uid', 0, 65535);
export const fingerField = integer('finger_index', 0, 9);

/** The id of an operation, in either case. */
export const operationField = z
  .string({ error: 'operation_id' })
  .transform((id) => id.toUpperCase())
  .pipe(z.string().regex(COMMAND_ID, { error: 'operation_id' satisfies FieldText }));

export const cursorField = z
  .string({ error: 'cursor' })
  .min(1, { error: 'cursor' })
  .max(256, { error: 'cursor' });

/** An IPv4 subnet; the agent says whether it is one of its own. */
export const subnetField = z
  .string({ error: 'subnet' })
  .trim()
  .regex(/^(\d{1,3}\.){3}\d{1,3}\/(2[2-9]|3[0-2])$/, { error: 'subnet' satisfies FieldText });

/** `true` or `false`, as JSON or as a query string. */
export const flagField = z
  .union([z.boolean(), z.literal(['true', 'false']).transform((text) => text === 'true')], {
    error: 'flag' satisfies FieldText,
  })
  .pipe(z.boolean());

/** A device id as callers write it: lower-cased, spaces become `_`. */
export const deviceIdField = z
  .union([z.string(), wholeNumber('device_id')], { error: 'device_id' satisfies FieldText })
  .transform((value) => normalizeDeviceId(String(value)))
  .pipe(z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, { error: 'device_id' satisfies FieldText }));

/** How a device id is written: `Bodega Norte` becomes `bodega_norte`. */
export function normalizeDeviceId(id: string): string {
  return id.trim().toLowerCase().replace(/\s+/g, '_');
}

function isCalendarDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})/.exec(text) ?? [];
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

export const dateField = z
  .string({ error: 'date' })
  .regex(/^\d{4}-\d{2}-\d{2}$/, { error: 'date' satisfies FieldText })
  .refine(isCalendarDate, { error: 'date' satisfies FieldText });

/** A local moment of the terminal: a day, or a day and a time (`T` or a space between). */
export const momentField = z
  .string({ error: 'moment' })
  .regex(/^\d{4}-\d{2}-\d{2}([T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?$/, {
    error: 'moment' satisfies FieldText,
  })
  .refine(isCalendarDate, { error: 'moment' satisfies FieldText });

/** A `+` that was not encoded arrives as a space. */
const instantText =
  /^(\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,3})?)?)(Z|[+\- ]([01]\d|2[0-3]):[0-5]\d)$/;

/**
 * One end of a range of punches: local to the terminals, or an instant.
 *
 * @param filling what a day, or a time without seconds, is filled up with
 */
function punchTime(filling: 'T00:00:00' | 'T23:59:59') {
  const error = 'punch_time' satisfies FieldText;
  return z
    .string({ error })
    .regex(/^\d{4}-\d{2}-\d{2}/, { error })
    .refine((text) => momentField.safeParse(text).success || instantText.test(text), { error })
    .refine(isCalendarDate, { error })
    .transform((text): PunchTime => {
      if (instantText.test(text)) return { instant: Date.parse(text.replace(' ', '+')) };
      const given = text.replace(' ', 'T');
      return { local: given + filling.slice(given.length - 'YYYY-MM-DD'.length) };
    });
}
export type PunchTime = { readonly instant: number } | { readonly local: string };
export const punchFromField = punchTime('T00:00:00');
export const punchToField = punchTime('T23:59:59');

function isEventType(text: string): text is EventType {
  return (EVENT_TYPES as readonly string[]).includes(text);
}

/** Types of events by commas. */
export const eventTypesField = z
  .string({ error: 'event_types' })
  .max(512, { error: 'event_types' })
  .transform((text) => text.split(',').map((type) => type.trim()))
  .refine((types): types is EventType[] => types.every(isEventType), {
    error: 'event_types' satisfies FieldText,
  });

/** An instant with its offset, as epoch ms. */
export const instantField = z.iso
  .datetime({ offset: true, error: 'instant' satisfies FieldText })
  .transform((text) => Date.parse(text));
