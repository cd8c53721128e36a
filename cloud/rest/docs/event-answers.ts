// Events as the contract shows them, with what each type tells. Apart from the table of routes, which every function loads.
import * as z from 'zod';
import { eventView } from '../../../shared/api/events.ts';
import { count, instant, says, success } from '../../../shared/api/parts.ts';
import { punchData } from '../../../shared/api/punches.ts';
import { identifierTypeSchema } from '../../../shared/domain/access-identifier.ts';
import { updateReasonSchema } from '../../../shared/domain/agent-update.ts';
import type { EventType } from '../../../shared/domain/event-types.ts';
import { OPERATION_STATES } from '../../../shared/domain/operation-states.ts';
import { driftFieldSchema } from '../../../shared/domain/wanted-person.ts';
import { WEBHOOK_PAUSES } from '../../../shared/domain/webhook.ts';
import { keypadFieldSchema, ruleReasonSchema } from '../../../shared/wire/events.ts';

const at = { device_id: z.string(), site: z.string() };

const user = z.object({
  ...at,
  user_id: z.string(),
  by: z.enum(['api', 'keypad']),
  operation_id: z.string().optional().meta(says("Of the API's.")),
  uid: z.int().optional().meta(says("Of the keypad's.")),
  fields: z
    .array(keypadFieldSchema)
    .optional()
    .meta(says('Of an update at the keypad, where they are known; never values.')),
});

const device = z.object({
  ...at,
  since: instant,
  reason: z.string().optional().meta(says('A code, as an error has it.')),
});

const agent = z.object({ site: z.string(), since: instant });

const certificate = agent.extend({ ends_at: instant });

const disk = agent.extend({
  free_bytes: count.optional().meta(says('As its agent said last.')),
  total_bytes: count.optional(),
});

const clock = agent.extend({
  offset_ms: z.int().optional().meta(says("The mini-PC's clock minus the cloud's.")),
});

const rule = z.object({
  ...at,
  user_id: z.string(),
  identifier_type: identifierTypeSchema,
  reason: ruleReasonSchema,
});

const person = z.object({
  ...at,
  user_id: z.string(),
  person_id: z.string(),
  version: z.int(),
  wanted: z.boolean().meta(says('False: not to be there any more.')),
  code: z.string().optional().meta(says('Why the terminal does not take it, as an error has it.')),
  fields: z.array(driftFieldSchema).optional().meta(says('What was changed at the terminal; never values.')),
});

const job = z.object({
  operation_id: z.string(),
  state: z.enum(OPERATION_STATES),
  device_id: z.string().optional().meta(says('Where it was for one terminal.')),
  site: z.string().optional().meta(says('Where it was for one terminal.')),
  total: count,
  succeeded: count,
  failed: count,
  cancelled: count,
  expired: count,
  unknown: count,
});

const operation = z.object({ ...at, operation_id: z.string(), since: instant });

const update = z.object({
  site: z.string(),
  since: instant,
  update_id: z.string(),
  version: z.string(),
});

const rollout = z.object({
  rollout_id: z.string(),
  version: z.string(),
  cancelled: z.boolean(),
  updated: count,
  failed: count,
  skipped: count,
});

const webhook = z.object({ webhook_id: z.string(), url: z.string(), reason: z.enum(WEBHOOK_PAUSES) });

const dataOf = {
  'punch.created': punchData,
  'user.created': user,
  'user.updated': user,
  'user.deleted': user,
  'device.online': device,
  'device.offline': device,
  'device.refused': device,
  'device.swapped': device,
  'agent.online': agent,
  'agent.offline': agent,
  'agent.updated': update,
  'agent.update_failed': update.extend({ reason: updateReasonSchema.optional() }),
  'certificate.ending': certificate,
  'certificate.renewed': certificate,
  'disk.low': disk,
  'disk.ok': disk,
  'clock.off': clock,
  'clock.ok': clock,
  'rule.on': rule,
  'rule.off': rule,
  'rule.overdue': rule,
  'rule.restored': rule,
  'rule.failed': rule,
  'person.in_step': person,
  'person.refused': person,
  'person.drift': person,
  'person.repaired': person,
  'job.done': job,
  'operation.unknown': operation,
  'webhook.paused': webhook,
  'rollout.stopped': rollout,
  'rollout.done': rollout,
} as const satisfies Record<EventType, z.ZodType>;

function viewOf(type: EventType) {
  const id = `Event_${type.replace('.', '_')}`;
  return eventView.extend({ type: z.literal(type), data: dataOf[type] }).meta({ id });
}

const [first, ...rest] = (Object.keys(dataOf) as EventType[]).map(viewOf);
if (first === undefined) throw new Error('no type of events');

/** An event, its `data` by its `type`. */
export const typedEvent = z.discriminatedUnion('type', [first, ...rest]).meta({ id: 'TypedEvent' });

export const eventAnswer = z.object({
  success,
  data: z.array(typedEvent),
  next_cursor: z.string().meta({ description: 'Where to go on: `after` of the next call. Always there.' }),
});
