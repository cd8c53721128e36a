// The terminals themselves: what callers send, what comes back, and the routes.
import * as z from 'zod';
import { collectedSchema } from '../domain/collected.ts';
import {
  type DialectOverrides,
  deviceDefaults,
  deviceInfoShape,
  deviceSettingsShape,
  encodingSchema,
  isTimeZone,
  rosterModeSchema,
  transportSchema,
} from '../domain/device.ts';
import { deviceStateSchema } from '../domain/device-state.ts';
import { DEVICE_STATES } from '../domain/device-states.ts';
import { driftSchema } from '../domain/wanted-person.ts';
import {
  commKeyField,
  deviceIdField,
  locksField,
  portField,
  serialField,
  siteField,
  textField,
  timeoutField,
} from './fields.ts';
import { count, EXAMPLE_AT, error, instant, messageAnswer, pageQuery, says, success } from './parts.ts';
import type { Route } from './route.ts';

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
    bulk_write: z.boolean(error('flag')).optional(),
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
  drift: z.enum(driftSchema.options, error('drift')).optional(),
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

const deviceListQuery = pageQuery.extend({
  site: siteField.optional().meta(says('Only terminals of this branch')),
  state: z.enum(DEVICE_STATES, error('device_state')).optional().meta(says('Only terminals in this state')),
});

export const deviceView = z
  .object({
    id: z.string(),
    name: z.string(),
    ip: z.string(),
    port: z.int(),
    site: z.string(),
    source: z.enum(['api', 'file']).meta({
      description: '`file`: it stands in the agent.yaml of its branch, and is changed there.',
    }),
    serial: z.string().nullable().meta({ description: 'The serial number that the terminal must have.' }),
    serial_found: z.string().optional().meta({
      description:
        'Where another terminal answers in its place (`swapped`): the serial number that this one shows, as `accept_serial` takes it.',
    }),
    timezone: z.string().nullable(),
    online: z.boolean(),
    state: deviceStateSchema,
    since: instant.nullable().meta({ description: 'When this state began; null where nobody knows.' }),
    reason: z
      .string()
      .optional()
      .meta({ description: 'Why, in a sentence; absent where the state says all.' }),
    last_seen: instant.nullable(),
    punches: collectedSchema.optional().meta({
      description:
        'How its punches are collected: `live`, `polled` or `off`, and how many of the records that it held at first contact are taken (`done` of `total`); as of its last word, absent where an older agent does not tell.',
    }),
    created_at: instant,
  })
  .meta({ id: 'Device' });
export type DeviceView = z.infer<typeof deviceView>;

const deviceListAnswer = z.object({
  success,
  total: count,
  data: z.array(deviceView),
  next_cursor: z.string().optional(),
});
const deviceGetAnswer = z.object({ success, data: deviceView });
/** All that is said of a terminal, or taken where nothing is said. */
const settingsAnswer = z.object({
  success,
  data: z
    .object({
      id: z.string(),
      name: z.string(),
      ip: z.string(),
      source: deviceView.shape.source,
      has_password: z.boolean().meta({ description: 'Whether a comm key is kept; it is never answered.' }),
      ...deviceSettingsShape,
    })
    .meta({ id: 'DeviceSettings' }),
});
const deviceCreatedAnswer = z.object({ success, message: z.string(), data: deviceView });
const deviceUpdatedAnswer = z.object({
  success,
  message: z.string(),
  data: deviceView.extend({ updated_at: instant }),
});

const pingAnswer = z.object({ success, message: z.string(), device_time: z.string(), ip: z.string() });
const infoAnswer = z.object({
  success,
  data: z.object({
    id: z.string(),
    name: z.string(),
    ...deviceInfoShape,
  }),
});

const bodega = {
  id: 'bodega',
  name: 'Bodega Norte',
  ip: '10.0.0.9',
  port: 4370,
  site: 'casa-matriz',
  source: 'api',
  serial: null,
  timezone: 'America/La_Paz',
  online: false,
  state: 'unknown',
  since: null,
  last_seen: null,
  created_at: EXAMPLE_AT,
};
const settings = {
  id: 'bodega',
  name: 'Bodega Norte',
  ip: '10.0.0.9',
  source: 'api',
  has_password: false,
  ...deviceDefaults,
  timezone: 'America/La_Paz',
};
const atBodega = { device_id: 'bodega' };
const atPrincipal = { device_id: 'principal' };

export const deviceRoutes = {
  deviceCreate: {
    method: 'POST',
    path: '/devices',
    access: 'devices:write',
    fn: 'devices',
    operation: 'device.put',
    summary: 'Register a terminal',
    body: deviceCreateBody,
    requiredTogether: ['id', 'name', 'ip'],
    says: { es: "Dispositivo '{device}' registrado.", en: "Device '{device}' registered." },
    answer: deviceCreatedAnswer,
    example: {
      body: { id: 'bodega', name: 'Bodega Norte', ip: '10.0.0.9', timezone: 'America/La_Paz' },
      answer: { data: bodega },
    },
  },
  deviceList: {
    method: 'GET',
    path: '/devices',
    access: 'devices:read',
    fn: 'devices',
    summary: 'The terminals of the company',
    query: deviceListQuery,
    answer: deviceListAnswer,
    example: { answer: { total: 1, data: [bodega] } },
  },
  deviceGet: {
    method: 'GET',
    path: '/devices/{device_id}',
    access: 'devices:read',
    fn: 'devices',
    summary: 'One terminal',
    answer: deviceGetAnswer,
    example: { params: atBodega, answer: { data: bodega } },
  },
  deviceSettings: {
    method: 'GET',
    path: '/devices/{device_id}/settings',
    access: 'devices:read',
    fn: 'devices',
    operation: 'device.settings',
    summary: 'The settings of a terminal, as its agent has them',
    answer: settingsAnswer,
    example: { params: atBodega, answer: { data: settings } },
  },
  deviceUpdate: {
    method: 'PUT',
    path: '/devices/{device_id}',
    access: 'devices:write',
    fn: 'devices',
    operation: 'device.put',
    summary: 'Change the settings of a terminal',
    body: deviceUpdateBody,
    says: { es: "Dispositivo '{device}' actualizado.", en: "Device '{device}' updated." },
    answer: deviceUpdatedAnswer,
    example: {
      params: atBodega,
      body: { name: 'Bodega Sur', timeout: 10 },
      answer: { data: { ...bodega, name: 'Bodega Sur', updated_at: EXAMPLE_AT } },
    },
  },
  deviceDelete: {
    method: 'DELETE',
    path: '/devices/{device_id}',
    access: 'devices:write',
    fn: 'devices',
    operation: 'device.delete',
    summary: 'Forget a terminal',
    says: { es: "Dispositivo '{device}' eliminado.", en: "Device '{device}' deleted." },
    answer: messageAnswer,
    example: { params: atBodega },
  },
  devicePing: {
    method: 'GET',
    path: '/devices/{device_id}/ping',
    access: 'devices:read',
    fn: 'devices',
    operation: 'device.ping',
    summary: 'Does the terminal answer',
    says: { es: "Conexion exitosa con '{device}'.", en: "Connected to '{device}'." },
    answer: pingAnswer,
    example: { params: atPrincipal, answer: { device_time: '2026-11-23T19:49:42', ip: '192.168.1.201' } },
  },
  deviceInfo: {
    method: 'GET',
    path: '/devices/{device_id}/info',
    access: 'devices:read',
    fn: 'devices',
    operation: 'device.info',
    summary: 'What the terminal says of itself',
    answer: infoAnswer,
    example: {
      params: atPrincipal,
      answer: {
        data: {
          id: 'principal',
          name: 'Entrada principal',
          ip: '192.168.1.201',
          serialnumber: 'CJ8H204560123',
          device_name: 'K40',
          platform: 'ZMM220_TFT',
          firmware_version: 'Ver 6.60 Apr 13 2022',
          users_count: 26,
          device_time: '2026-11-23T19:49:42',
          fingers_count: 31,
          records_count: 400,
          users_capacity: 3000,
          fingers_capacity: 3000,
          records_capacity: 100_000,
        },
      },
    },
  },
  deviceSyncTime: {
    method: 'POST',
    path: '/devices/{device_id}/sync-time',
    access: 'devices:write',
    fn: 'devices',
    operation: 'device.sync_time',
    summary: 'Set the clock of the terminal',
    says: { es: '[{device}] Hora sincronizada.', en: '[{device}] Clock set.' },
    answer: messageAnswer,
    example: { params: atPrincipal },
  },
} as const satisfies Record<string, Route>;
