// Answers of the REST contract, in zod: what a 200 body holds, nothing more.
import * as z from 'zod';
import { catalogue } from '../catalogue.ts';
import { attendanceSchema } from '../domain/attendance.ts';
import { collectedSchema } from '../domain/collected.ts';
import { deviceInfoShape } from '../domain/device.ts';
import { deviceStateSchema } from '../domain/device-state.ts';
import { userSchema } from '../domain/user.ts';
import type { ErrorCode } from '../errors.ts';
import { OPERATION_STATES } from './bodies.ts';

const success = z.literal(true);
const instant = z.iso.datetime();
const count = z.int().min(0);

export const errorAnswer = z
  .object({
    success: z.literal(false),
    error: z.string().meta({ description: 'A sentence for people.' }),
    code: z.enum(Object.keys(catalogue) as [ErrorCode, ...ErrorCode[]]).meta({
      description: 'Stable, for programs. More may come; decide on `status` for one that you do not know.',
    }),
    applied: z.enum(['yes', 'no', 'partial', 'unknown']).optional(),
    details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    disponibles: z.array(z.string()).optional(),
    ip: z.string().optional(),
    operation_id: z.string().optional(),
  })
  .meta({ id: 'Error' });

export const acceptedAnswer = z.object({ success, operation_id: z.string() }).meta({ id: 'Accepted' });

export const rootAnswer = z.object({
  success,
  status: z.literal('online'),
  version: z.string(),
  timestamp: instant,
});

export const deviceView = z
  .object({
    id: z.string(),
    name: z.string(),
    ip: z.string(),
    port: z.int(),
    site: z.string(),
    serial: z.string().nullable().meta({ description: 'The serial number that the terminal must have.' }),
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

export const deviceListAnswer = z.object({
  success,
  total: count,
  data: z.array(deviceView),
  next_cursor: z.string().optional(),
});
export const deviceCreatedAnswer = z.object({ success, message: z.string(), data: deviceView });
export const deviceUpdatedAnswer = z.object({
  success,
  message: z.string(),
  data: deviceView.extend({ updated_at: instant }),
});
export const messageAnswer = z.object({ success, message: z.string() });
export const pingAnswer = z.object({ success, message: z.string(), device_time: z.string(), ip: z.string() });
export const infoAnswer = z.object({
  success,
  data: z.object({
    id: z.string(),
    name: z.string(),
    ...deviceInfoShape,
  }),
});

const userView = userSchema.extend({ device_id: z.string() }).meta({ id: 'User' });
export const userListAnswer = z.object({
  success,
  total: count,
  as_of: instant,
  data: z.array(userView),
  next_cursor: z.string().optional(),
});
export const userAnswer = z.object({ success, data: userView });
export const userCreatedAnswer = z.object({
  success,
  message: z.string(),
  data: z.object({ user_id: z.string(), name: z.string(), device_id: z.string() }),
});
export const userRestoredAnswer = z.object({
  success,
  message: z.string(),
  data: z.object({ user_id: z.string(), fingers: count }),
});
export const fingerprintsAnswer = z.object({
  success,
  data: z.array(z.object({ finger_index: z.int().min(0).max(9), finger_name: z.string(), size: count })),
});
export const enrollStartedAnswer = z.object({
  success,
  message: z.string(),
  data: z.object({
    user_id: z.string(),
    device_id: z.string(),
    finger_index: z.int().min(0).max(9),
    finger_name: z.string(),
  }),
  operation_id: z.string(),
});

const attendanceView = attendanceSchema.extend({ device_id: z.string(), device_name: z.string() });
export const attendanceAnswer = z.object({
  success,
  total: count,
  as_of: instant,
  skipped: count,
  data: z.array(attendanceView.meta({ id: 'Attendance' })),
  next_cursor: z.string().optional(),
});
export const attendanceAllAnswer = attendanceAnswer.extend({ errors: z.record(z.string(), z.string()) });

export const operationView = z
  .object({
    id: z.string(),
    op: z.string(),
    device_id: z.string(),
    state: z.enum(OPERATION_STATES),
    progress: z.object({ stage: z.string(), done: z.int().optional(), total: z.int().optional() }).optional(),
    result: z.unknown().optional(),
    error: z.object({ error: z.string(), code: z.string(), applied: z.string() }).optional(),
    created_at: instant,
    settled_at: instant.optional(),
  })
  .meta({ id: 'Operation' });
export type OperationView = z.infer<typeof operationView>;
export const operationAnswer = z.object({ success, data: operationView });
export const operationListAnswer = z.object({
  success,
  data: z.array(operationView.omit({ result: true })),
  next_cursor: z.string().optional(),
});

export const siteView = z
  .object({
    site: z.string(),
    name: z.string(),
    online: z.boolean(),
    state: z.enum(['online', 'offline', 'unknown']),
    since: instant.nullable(),
    agent_version: z.string().nullable(),
    last_seen: instant.nullable(),
    created_at: instant,
  })
  .meta({ id: 'Site' });
export type SiteView = z.infer<typeof siteView>;
export const siteListAnswer = z.object({
  success,
  total: count,
  data: z.array(siteView),
  next_cursor: z.string().optional(),
});
export const siteSavedAnswer = z.object({ success, message: z.string(), data: siteView });
export const enrollmentAnswer = z.object({
  success,
  data: z.object({ token: z.string(), expires_at: instant, command: z.string() }),
});
export const agentEnrolledAnswer = z.object({
  success,
  data: z.object({
    certificate: z.string(),
    endpoint: z.string(),
    ca: z.string(),
    tenant: z.string(),
    site: z.string(),
  }),
});
