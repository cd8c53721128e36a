// What an agent tells of its own accord: batches of punches and of changes at the keypad, and how the cloud says that it has them.
import * as z from 'zod';
import { identifierTypeSchema } from '../domain/access-identifier.ts';
import { agentCode, agentText } from '../domain/agent-text.ts';
import { serialSchema } from '../domain/device.ts';
import { commandIdSchema, deviceIdSchema, slugSchema } from '../domain/identifiers.ts';
import {
  driftFieldSchema,
  fingerKindSchema,
  personIdSchema,
  personVersionSchema,
  slotsSchema,
} from '../domain/wanted-person.ts';
import { type Reply, WIRE_VERSION } from './envelope.ts';
import { type ParsedTopic, replyPart } from './topics.ts';

/** Largest gzipped batch in bytes: the broker takes 128 KB. */
export const EVENTS_BYTES = 120 * 1024;
/** Most events of one batch: what one call of a function stores in a few seconds. */
export const EVENTS_PER_BATCH = 500;
/** Unzipping stops here: a batch that claims more is damaged or hostile. */
export const EVENTS_UNZIPPED_BYTES = 1024 * 1024;

const epochMs = z.int().min(0);

/** Names a happening for good: the same whoever tells it, and however often. */
export const eventIdSchema = z.string().regex(/^[a-z0-9_]{8,64}$/);

/** Names a run of an agent's memory: what another run has counted says nothing of it. */
export const journalIdSchema = z.uuid();

/** Number of the last event in a batch, by the count of its journal. */
export const batchSeqSchema = z.int().min(1);

/** A badge, or `uid:7` where the terminal tells no more and nobody has that uid. */
const badge = agentText(32).min(1);
const uid = z.int().min(0).max(65_535);
const byte = z.int().min(0).max(255);

/** `live`: told as it happened; `log`: read from what the terminal keeps. */
export const punchSourceSchema = z.enum(['live', 'log']);

export const punchEventSchema = z.object({
  type: z.literal('punch'),
  id: eventIdSchema,
  device: deviceIdSchema,
  /** Null for a terminal that tells none. */
  serial: serialSchema.nullable(),
  user_id: badge,
  uid: uid.optional(),
  /** The terminal's own time. */
  local: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
  /** The instant, by the time zone that the device is configured with. */
  at: epochMs,
  /** How the person was verified. */
  status: byte,
  /** In, out, break … */
  punch: byte,
  source: punchSourceSchema,
});
export type PunchEvent = z.infer<typeof punchEventSchema>;

/** Fields of a user as a change at the keypad names them. Their values stay at the terminal. */
export const keypadFieldSchema = z.enum(['name', 'password', 'privilege', 'card', 'group', 'other']);
export type KeypadField = z.infer<typeof keypadFieldSchema>;

export const userEventSchema = z.object({
  type: z.enum(['user.created', 'user.updated', 'user.deleted']),
  id: eventIdSchema,
  device: deviceIdSchema,
  user_id: badge,
  uid,
  /** When it was noticed, by the agent's clock: terminals do not tell when it was done. */
  at: epochMs,
  by: z.literal('keypad'),
  /** What an update has changed, where that is known. */
  fields: z.array(keypadFieldSchema).max(keypadFieldSchema.options.length).optional(),
});
export type UserEvent = z.infer<typeof userEventSchema>;

/** Why a rule's identifier came on to a terminal, or went off it. */
export const ruleReasonSchema = z.enum(['window', 'passes', 'asked', 'user_deleted', 'keypad', 'failed']);

/**
 * `rule.on`, `rule.off`: its number came on to the terminal, or went off it. `rule.overdue`: it should be off and is not known to
 * be. `rule.restored`: somebody had changed it at the keypad, and it was put right. `rule.failed`: the terminal does not take
 * it. Numbers are never told.
 */
export const ruleEventSchema = z.object({
  type: z.enum(['rule.on', 'rule.off', 'rule.overdue', 'rule.restored', 'rule.failed']),
  id: eventIdSchema,
  device: deviceIdSchema,
  user_id: badge,
  identifier_type: identifierTypeSchema,
  reason: ruleReasonSchema,
  /** By the cloud's clock, as far as the agent knows it. */
  at: epochMs,
});
export type RuleEvent = z.infer<typeof ruleEventSchema>;

/**
 * How a person stands at a terminal, as `people.put` wants it there in `version`. `person.in_step`: the terminal was seen to hold what is wanted;
 * with `there: false`, not to hold the person any more. `person.refused`: the terminal does not take it, `code` and
 * `params` say why; it is tried again when something has changed. `person.drift`: somebody has changed `fields` there, and it was left so.
 * `person.repaired`: it was put right.
 * Of one person and version the event that comes last counts. Values are never told.
 */
export const personEventSchema = z.object({
  type: z.enum(['person.in_step', 'person.refused', 'person.drift', 'person.repaired']),
  id: eventIdSchema,
  device: deviceIdSchema,
  person: personIdSchema,
  version: personVersionSchema,
  user_id: badge,
  /** Whether the person is wanted there. */
  there: z.boolean(),
  fields: z.array(driftFieldSchema).max(driftFieldSchema.options.length).optional(),
  code: agentCode.optional(),
  params: z.record(agentText(32), z.union([agentText(256), z.number()])).optional(),
  /** By the cloud's clock, as far as the agent knows it. */
  at: epochMs,
});
export type PersonEvent = z.infer<typeof personEventSchema>;

/** Which fingers a person who is kept there has at a terminal, once that is otherwise than it was told last. For the cloud alone: no happening. */
export const handEventSchema = z.object({
  type: z.literal('person.fingers'),
  id: eventIdSchema,
  device: deviceIdSchema,
  person: personIdSchema,
  kind: fingerKindSchema,
  /** Ordinary ones, and those that raise a silent alarm. */
  usable: slotsSchema,
  duress: slotsSchema,
  at: epochMs,
});
export type HandEvent = z.infer<typeof handEventSchema>;

export const agentEventSchema = z.discriminatedUnion('type', [
  punchEventSchema,
  userEventSchema,
  ruleEventSchema,
  personEventSchema,
  handEventSchema,
]);
export type AgentEvent = z.infer<typeof agentEventSchema>;

/**
 * A batch, gzipped JSON on `topics.events`. `seq` counts events: that of a batch is the number of its last event. An agent
 * sends a batch only when the cloud has stored the one before; until then it sends the same one again, perhaps
 * with further events behind it and so a higher `seq`.
 */
export const eventBatchSchema = z.object({
  v: z.literal(WIRE_VERSION),
  journal: journalIdSchema,
  seq: batchSeqSchema,
  sentAt: epochMs,
  events: z.array(agentEventSchema).min(1).max(EVENTS_PER_BATCH),
});
export type EventBatch = z.infer<typeof eventBatchSchema>;

/** A batch as the cloud hears it: its events are looked at one by one, so that a bad one holds up no other. */
export const heardBatchSchema = eventBatchSchema.extend({
  events: z.array(z.unknown()).min(1).max(EVENTS_PER_BATCH),
});
export type HeardBatch = z.infer<typeof heardBatchSchema>;

/** Everything of that journal up to `seq` is stored in the cloud: only now the agent may forget it. On `topics.stored`. */
export const storedSchema = z.object({
  v: z.literal(WIRE_VERSION),
  journal: journalIdSchema,
  seq: batchSeqSchema,
  /** The cloud was put back to an earlier time: once for each of these marks the agent tells again whatever its terminals hold. */
  again: z.ulid().optional(),
});
export type Stored = z.infer<typeof storedSchema>;

/** What the intake function is handed by the rules: a batch of events, or the reply to a command that has changed a user. */
export const intakeEventSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('events'),
    tenant: slugSchema,
    site: slugSchema,
    /** When the broker had the message. */
    at: epochMs,
    /** Base64 of the batch. */
    body: z.string(),
  }),
  z.object({
    kind: z.literal('settled'),
    tenant: slugSchema,
    site: slugSchema,
    at: epochMs,
    command: commandIdSchema,
  }),
]);
export type IntakeEvent = z.infer<typeof intakeEventSchema>;

/** Whether the agent says a reply on its topic, for whoever listens, `intake` among them; all others go straight to the rule that stores them. */
export function isSaidAloud(
  isWrite: boolean,
  { status, verified }: Pick<Reply, 'status' | 'verified'>,
): boolean {
  return isWrite && status === 'ok' && verified !== 'none';
}

/** Whether a reply is one of a change that was made: reads rest on no verification. */
export function isOfChange(topic: ParsedTopic, reply: { readonly verified?: unknown }): boolean {
  return topic.kind === 'res' && topic.part === CHANGED_PART && reply.verified !== 'none';
}

/** The part of an `ok` that holds the reply itself. */
export const CHANGED_PART = replyPart('ok', 0);
