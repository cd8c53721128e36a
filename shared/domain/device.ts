// How a terminal is reached and what it is like, as registered over the API or written in agent.yaml.
import * as z from 'zod';
import { ATTENDANCE_RECORDS, ENCODINGS, ROSTER_MODES, TRANSPORTS, USER_RECORDS } from './device-choices.ts';
import { driftSchema } from './wanted-person.ts';

export const transportSchema = z.enum(TRANSPORTS);
export const rosterModeSchema = z.enum(ROSTER_MODES);
export const encodingSchema = z.enum(ENCODINGS);

/** True if the runtime knows `zone` (IANA). */
export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

const timezoneSchema = z.string().max(64).refine(isTimeZone, 'an IANA time zone such as America/La_Paz');

/** What an operator may state about a terminal where the agent finds it out wrongly. */
export const dialectSchema = z.strictObject({
  /** Bytes of a user record. */
  user_record: z.literal(USER_RECORDS).optional(),
  /** Digits, or letters, of a badge. */
  user_id_width: z.int().min(1).max(24).optional(),
  letters_in_user_id: z.boolean().optional(),
  name_bytes: z.int().min(1).max(24).optional(),
  /** False: it ignores the seconds of a timed disable. */
  timed_disable: z.boolean().optional(),
  /** False: its counters tell nothing. */
  counters: z.boolean().optional(),
  /** False: it serves several clients at a time. */
  one_client: z.boolean().optional(),
  /** False: it is never written many users at once. */
  bulk_write: z.boolean().optional(),
  /** Bytes of an attendance record. */
  attendance_record: z.literal(ATTENDANCE_RECORDS).optional(),
});
export type DialectOverrides = z.infer<typeof dialectSchema>;

/**
 * Settings that both agent.yaml and the API know, with one meaning and one range. Whoever takes settings in takes all of
 * these: the wire, the file, and what the agent keeps are made of this table.
 */
export const deviceSettingsShape = {
  port: z.int().min(1).max(65535),
  /** Seconds that one exchange may take. */
  timeout: z.int().min(1).max(60),
  transport: transportSchema,
  roster: rosterModeSchema,
  encoding: encodingSchema,
  /** IANA zone in which the terminal's clock is set. */
  timezone: timezoneSchema,
  /** All that is stated; what is left out is what the agent finds. */
  dialect: dialectSchema,
  /** Doors that it opens by itself: identifiers may be for the first, the second or all of them. */
  locks: z.int().min(1).max(2),
  /** Whether what somebody has changed there of a person who is kept there is told, or put right, too. */
  drift: driftSchema,
};
type DeviceSetting = keyof typeof deviceSettingsShape;
/** Those settings, all of them said. */
export type SharedSettings = { readonly [K in DeviceSetting]: z.output<(typeof deviceSettingsShape)[K]> };

/** What holds where nobody says otherwise. The time zone is the mini-PC's own. */
export const deviceDefaults: Omit<SharedSettings, 'timezone'> = {
  port: 4370,
  timeout: 5,
  transport: 'tcp',
  roster: 'cached',
  encoding: 'utf-8',
  dialect: {},
  locks: 1,
  drift: 'report',
};

/** A serial number as terminals report it, in characters that may be shown anywhere. */
export const serialSchema = z
  .string()
  .trim()
  .regex(/^[\x20-\x7e]{1,64}$/);
/** Stands for the serial number of a terminal that has none. */
export const NO_SERIAL = '-';

/** The serial number of a terminal without characters that may not be shown; empty if nothing is left. */
export function cleanSerial(told: string): string {
  return told
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 64)
    .trim();
}

/** A serial number as people see it, and as they may give it back. */
export function shownSerial(serial: string): string {
  return serial === '' ? NO_SERIAL : serial;
}

/** The comm key of a terminal: a u32, 0 for none. */
export const commKeySchema = z.int().min(0).max(0xffffffff);

/** What a terminal says about itself; counts and capacities are null where it does not count. */
export const deviceInfoShape = {
  ip: z.string(),
  serialnumber: z.string(),
  device_name: z.string(),
  platform: z.string(),
  firmware_version: z.string(),
  users_count: z.int().nullable(),
  device_time: z.string(),
  fingers_count: z.int().nullable(),
  records_count: z.int().nullable(),
  users_capacity: z.int().nullable(),
  fingers_capacity: z.int().nullable(),
  records_capacity: z.int().nullable(),
};
