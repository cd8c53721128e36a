// agent.yaml, the only thing an operator writes: its keys, ranges and defaults.
import * as z from 'zod';
import { CERTIFICATE_DAYS, MOST_CERTIFICATE_DAYS } from '../../shared/domain/certificate.ts';
import { commKeySchema, deviceSettingsShape, serialSchema } from '../../shared/domain/device.ts';
import { deviceIdSchema, slugSchema } from '../../shared/domain/identifiers.ts';

import { isSubnet } from '../discovery/subnets.ts';
import { localBrokerOf } from './local-broker.ts';
import { proxyOf } from './proxy.ts';

const hostSchema = z
  .string()
  .regex(/^[A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?$/, 'an IPv4 address or a host name');

export const deviceConfigSchema = z
  .strictObject({
    id: deviceIdSchema,
    name: z.string().min(1).max(128).optional(),
    host: hostSchema,
    ...z.object(deviceSettingsShape).partial().shape,
    comm_key: commKeySchema.optional(),
    /** Name of the environment variable that holds the comm key, to keep it out of the file. */
    comm_key_env: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable')
      .optional(),
    /** Looked for by its serial number in `subnets` when its address does not answer. */
    follow: z.boolean().default(false),
    /** Seconds between looks at a terminal that nobody asks; 0: none. */
    probe: z.int().min(0).max(86_400).default(60),
    /** The serial number it must have; left out: that of the first terminal that answers. */
    serial: serialSchema.optional(),
  })
  .refine((device) => device.comm_key === undefined || device.comm_key_env === undefined, {
    path: ['comm_key_env'],
    message: 'either comm_key or comm_key_env, not both',
  });

const pathSchema = z.string().min(1);

const subnetSchema = z.string().refine(isSubnet, 'a private subnet such as 192.168.1.0/24, at most a /22');

/** A list whose entries are all removed or commented out is an empty list. */
function listOf<T extends z.ZodType>(entry: T) {
  return z
    .array(entry)
    .max(500)
    .nullish()
    .transform((list) => list ?? []);
}

export const cloudSchema = z.strictObject({
  /** `host` or `host:port`; 8883 where no port is given, and 443 where that is shut. */
  endpoint: z.string().regex(/^[A-Za-z0-9.-]{1,255}(:\d{1,5})?$/, 'host or host:port'),
  certificate: pathSchema,
  key: pathSchema,
  ca: pathSchema.optional(),
  /** An HTTP proxy that the broker is reached through; left out: that of HTTPS_PROXY, unless NO_PROXY lists the broker. */
  proxy: z
    .string()
    .max(512)
    .refine((url) => proxyOf(url) !== null, 'a URL such as http://proxy.lan:3128')
    .optional(),
  /** For how many days a certificate is used before the agent renews it, if it does not end before. */
  certificate_days: z.int().min(1).max(MOST_CERTIFICATE_DAYS).default(CERTIFICATE_DAYS),
});

export const punchesSchema = z.strictObject({
  /** Seconds between looks at a terminal's count of punches; 0: punches are not collected. */
  every: z.int().min(0).max(86_400).default(20),
  /** Whether a conversation is kept open for what terminals tell by themselves; left out: where they serve several clients. */
  live: z.boolean().optional(),
});

/** A broker of the branch itself: `mqtt://user:password@host:port`. */
const localEventsSchema = z
  .string()
  .max(512)
  .refine((url) => localBrokerOf(url) !== null, 'a URL such as mqtt://192.168.1.10:1883');

export const agentConfigSchema = z.strictObject({
  site: slugSchema,
  tenant: slugSchema.default('local'),
  cloud: cloudSchema.optional(),
  data: pathSchema.default('./data'),
  undo_days: z.int().min(0).max(3650).default(30),
  allow_hosts: listOf(hostSchema),
  subnets: listOf(subnetSchema),
  punches: punchesSchema.prefault({}),
  local_events: localEventsSchema.optional(),
  devices: listOf(deviceConfigSchema),
});
export type AgentFile = z.infer<typeof agentConfigSchema>;
