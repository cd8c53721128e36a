// Bodies and queries of the REST contract, in zod; OpenAPI is derived from these.
import * as z from 'zod';
import {
  type DialectOverrides,
  type deviceSettingsShape,
  encodingSchema,
  isTimeZone,
  rosterModeSchema,
  transportSchema,
} from '../domain/device.ts';
import { DEVICE_STATES } from '../domain/device-state.ts';
import type { FieldText } from './field-texts.ts';
import {
  cardField,
  commKeyField,
  cursorField,
  dateField,
  deviceIdField,
  fingerField,
  flagField,
  limitField,
  locksField,
  momentField,
  passwordField,
  portField,
  privilegeField,
  serialField,
  siteField,
  textField,
  timeoutField,
  uidField,
} from './fields.ts';

const error = <K extends FieldText>(key: K) => ({ error: key });

export const userCreateBody = z
  .strictObject({
    user_id: textField,
    name: textField,
    password: passwordField.optional(),
    privilege: privilegeField.optional(),
    card: cardField.optional(),
  })
  .meta({ id: 'UserCreate' });

export const userUpdateBody = z
  .strictObject({
    name: textField.optional(),
    password: passwordField.optional(),
    privilege: privilegeField.optional(),
    card: cardField.optional(),
  })
  .meta({ id: 'UserUpdate' });

/** What is stated about a terminal; the words and ranges of agent.yaml's `dialect`. */
const dialectField = z.strictObject(
  {
    user_record: z.literal([28, 72], error('user_record')).optional(),
    user_id_width: z
      .int(error('badge_width'))
      .min(1, error('badge_width'))
      .max(24, error('badge_width'))
      .optional(),
    letters_in_user_id: z.boolean(error('flag')).optional(),
    name_bytes: z
      .int(error('badge_width'))
      .min(1, error('badge_width'))
      .max(24, error('badge_width'))
      .optional(),
    timed_disable: z.boolean(error('flag')).optional(),
    counters: z.boolean(error('flag')).optional(),
    one_client: z.boolean(error('flag')).optional(),
    attendance_record: z.literal([8, 16, 40, 49], error('attendance_record')).optional(),
  } satisfies { [K in keyof Required<DialectOverrides>]: z.ZodType },
  error('dialect'),
);

const deviceFields = {
  name: textField,
  ip: z
    .string(error('ip'))
    .trim()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?$/, error('ip')),
  port: portField.optional(),
  password: commKeyField.optional(),
  timeout: timeoutField.optional(),
  transport: z.enum(transportSchema.options, error('transport')).optional(),
  roster: z.enum(rosterModeSchema.options, error('roster')).optional(),
  encoding: z.enum(encodingSchema.options, error('encoding')).optional(),
  timezone: z.string(error('timezone')).refine(isTimeZone, error('timezone')).optional(),
  dialect: dialectField.optional(),
  locks: locksField.optional(),
} satisfies { [K in keyof typeof deviceSettingsShape]: z.ZodType } & Readonly<Record<string, z.ZodType>>;

export const deviceCreateBody = z
  .strictObject({ id: deviceIdField, ...deviceFields, site: siteField.optional() })
  .meta({ id: 'DeviceCreate' });

export const deviceUpdateBody = z
  .strictObject({
    ...deviceFields,
    name: deviceFields.name.optional(),
    ip: deviceFields.ip.optional(),
    accept_serial: serialField.optional(),
  })
  .meta({ id: 'DeviceUpdate' });

export const enrollFingerBody = z
  .strictObject({ finger_index: fingerField, replace: flagField.optional() })
  .meta({ id: 'EnrollFinger' });

export const siteCreateBody = z
  .strictObject({ site: siteField, name: textField.optional() })
  .meta({ id: 'SiteCreate' });

export const siteUpdateBody = z.strictObject({ name: textField }).meta({ id: 'SiteUpdate' });

export const agentEnrollBody = z
  .strictObject({
    token: z.string(error('token')).min(16, error('token')).max(256, error('token')),
    csr: z
      .string(error('csr'))
      .max(16_384, error('csr'))
      .regex(
        /^-----BEGIN CERTIFICATE REQUEST-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE REQUEST-----\s*$/,
        error('csr'),
      ),
  })
  .meta({ id: 'AgentEnroll' });

/** What a parameter is for, as OpenAPI tells it. */
const says = (description: string) => ({ description });

export const pageQuery = z.strictObject({
  limit: limitField.optional().meta(says('Rows of a page at most')),
  cursor: cursorField.optional().meta(says('The `next_cursor` of the page before')),
});

export const deviceListQuery = pageQuery.extend({
  site: siteField.optional().meta(says('Only terminals of this branch')),
  state: z.enum(DEVICE_STATES, error('device_state')).optional().meta(says('Only terminals in this state')),
});

export const userListQuery = pageQuery.extend({
  search: z
    .string(error('text'))
    .min(1, error('text'))
    .max(256, error('text'))
    .optional()
    .meta(
      says('Only users with this in their name or badge, or with this card; case and accents do not matter'),
    ),
  refresh: flagField.optional().meta(says('Reads the table of the terminal anew in any case')),
});

/** `?verify=readback` reads the terminal back after the write in any case. */
export const userWriteQuery = z.strictObject({
  verify: z
    .enum(['readback'], error('verify'))
    .optional()
    .meta(says('Reads the table back after the write in any case')),
});

/** `?uid=` says which record is meant if several have the badge. */
export const userRecordQuery = z.strictObject({
  uid: uidField.optional().meta(says('Which record is meant, where several bear the badge')),
});

export const userUpdateQuery = userWriteQuery.extend(userRecordQuery.shape);

/** `?all=true`: every record that has the badge. */
export const userDeleteQuery = userUpdateQuery
  .extend({
    all: flagField.optional().meta(says('Deletes every record that bears the badge')),
    purge: flagField.optional().meta(says('Keeps no way back, and the name nowhere')),
  })
  .refine(({ uid, all }) => uid === undefined || all !== true, { path: ['all'], ...error('uid_and_all') })
  // Records of one badge cannot be told apart in what is kept: a single one cannot be purged.
  .refine(({ uid, purge }) => uid === undefined || purge !== true, {
    path: ['purge'],
    ...error('uid_and_all'),
  });

export const attendanceQuery = pageQuery
  .extend({
    user_id: textField.optional().meta(says('Only punches of exactly this badge')),
    date: dateField.optional().meta(says('Only punches of this day, in the local time of the terminal')),
    from: momentField
      .optional()
      .meta(says('Only punches from this moment on, in the local time of the terminal')),
    to: momentField
      .optional()
      .meta(says('Only punches up to this moment, in the local time of the terminal')),
  })
  .refine((query) => query.date === undefined || (query.from === undefined && query.to === undefined), {
    path: ['date'],
    ...error('date_and_range'),
  });

export const OPERATION_STATES = [
  'accepted',
  'running',
  'succeeded',
  'failed',
  'expired',
  'cancelled',
  'unknown',
] as const;
export type OperationState = (typeof OPERATION_STATES)[number];

export const operationListQuery = pageQuery.extend({
  device: deviceIdField.optional().meta(says('Only operations at this terminal')),
  state: z.enum(OPERATION_STATES, error('state')).optional().meta(says('Only operations in this state')),
});
