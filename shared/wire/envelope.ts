// What travels between cloud and agent: command, reply, progress, hello and last will.
import * as z from 'zod';
import { diskSchema } from '../domain/agent-health.ts';
import { agentText } from '../domain/agent-text.ts';
import { updateReportSchema } from '../domain/agent-update.ts';
import { certificateTimesSchema } from '../domain/certificate.ts';
import { collectedSchema } from '../domain/collected.ts';
import { serialSchema } from '../domain/device.ts';
import { deviceStateSchema, stateReasonSchema } from '../domain/device-state.ts';
import { commandIdSchema, deviceIdSchema, slugSchema } from '../domain/identifiers.ts';
import { agentKeySchema, wantedStoreSchema } from '../domain/wanted-person.ts';

export const WIRE_VERSION = 1;

/** Largest JSON data that a reply carries inline, and largest binary part, in bytes. */
export const PART_BYTES = 64 * 1024;
/** Arguments from this size on travel packed, in bytes of JSON; and unpacking them stops at the second. */
export const PACK_BYTES = 32 * 1024;
export const UNPACKED_BYTES = 1024 * 1024;
/** How many of its sessions an agent remembers. */
export const OWN_SESSIONS = 10;
/** How often an agent's connection shows the broker that it lives. */
export const KEEP_ALIVE_SECONDS = 30;
/** Unzipping stops here: a reply that claims more is damaged or hostile. */
export const UNZIPPED_BYTES = 20 * 1024 * 1024;

const epochMs = z.int().min(0);

/** A command of the cloud. `args` is checked against the operation's own schema afterwards. */
export const commandSchema = z.strictObject({
  v: z.int(),
  id: commandIdSchema,
  op: z.string().min(1).max(64),
  /** Absent for operations on the agent itself (`op.query`, `op.cancel`, `device.refused`). */
  device: deviceIdSchema.optional(),
  issuedAt: epochMs,
  notAfter: epochMs,
  via: z.enum(['direct', 'publish']),
  /** When this very message left, on direct messages: a repeat keeps `issuedAt`, so clocks are measured by this. */
  sentAt: epochMs.optional(),
  traceparent: z.string().max(64).optional(),
  args: z.unknown(),
  /** Instead of `args` where these are large: their JSON, gzipped, base64. A message of the broker holds 128 KB. */
  packed: z.base64().optional(),
});
export type Command = z.infer<typeof commandSchema>;

export const replyStatusSchema = z.enum([
  'ok',
  'error',
  'rejected',
  'expired',
  'busy',
  'cancelled',
  'unknown',
]);
export type ReplyStatus = z.infer<typeof replyStatusSchema>;

export const verifiedSchema = z.enum(['readback', 'counters', 'ack', 'none']);
export type Verified = z.infer<typeof verifiedSchema>;

/**
 * The outcome of a command. For `ok`, `data` is the operation's result, or it came as `parts` binary
 * messages (gzipped JSON, cut at PART_BYTES). For anything else `data` holds the params of the
 * catalogue's sentence for `code`.
 */
export const replySchema = z.object({
  v: z.literal(WIRE_VERSION),
  id: commandIdSchema,
  status: replyStatusSchema,
  code: z.string().max(64).optional(),
  message: z.string().max(2000).optional(),
  applied: z.enum(['yes', 'no', 'partial', 'unknown']),
  verified: verifiedSchema,
  data: z.unknown().optional(),
  parts: z.int().min(1).max(400).optional(),
  queueMs: z.number().min(0),
  deviceMs: z.number().min(0),
  agentVersion: z.string().max(64),
  /** True if the answer came from the journal, not from a run of this delivery. */
  replayed: z.boolean(),
});
export type Reply = z.infer<typeof replySchema>;

export const progressSchema = z.object({
  v: z.literal(WIRE_VERSION),
  id: commandIdSchema,
  /** Counts up; a reader drops what is older than what it has seen. */
  seq: z.int().min(0),
  /** What a person wants to know now, for example `sample 1/3` or `40000/100000`. */
  stage: z.string().max(64),
  done: z.int().min(0).optional(),
  total: z.int().min(0).optional(),
  at: epochMs,
});
export type Progress = z.infer<typeof progressSchema>;

/** One terminal as its agent sees it. */
export const helloDeviceSchema = z.object({
  id: deviceIdSchema,
  name: agentText(128),
  host: agentText(255),
  port: z.int().min(1).max(65535),
  source: z.enum(['file', 'api']),
  timezone: agentText(64),
  /** Null until a contact was tried. */
  reachable: z.boolean().nullable(),
  /** Time of the last successful contact. */
  lastSeen: epochMs.nullable(),
  /** How it stands, since when and why; absent: the agent is older. A value that only a newer agent knows is ignored. */
  state: deviceStateSchema.optional().catch(undefined),
  since: epochMs.optional(),
  reason: stateReasonSchema.optional().catch(undefined),
  /** The serial number that the terminal must have; absent: none is known. */
  serial: serialSchema.optional().catch(undefined),
  /** How its punches are collected; absent: the agent is older. */
  punches: collectedSchema.optional().catch(undefined),
});
export type HelloDevice = z.infer<typeof helloDeviceSchema>;

/** A mini-PC looks after terminals of one branch: the largest that were tried had hundreds, and no site may hold more. */
export const DEVICES_PER_SITE = 500;

/** A run of an agent, under the id that the agent gave it. */
const sessionSchema = agentText(64).min(1);

/** Sent on connect and on change; the directory is made of these. */
export const helloSchema = z.object({
  v: z.literal(WIRE_VERSION),
  /** New for every run of the agent; the last will names the same, so that an old will cannot hide a new session. */
  session: sessionSchema,
  agentVersion: agentText(64),
  /** Counts the hellos of one session: the wall clock in `at` may have stepped between two of them. */
  seq: z.int().min(0).optional(),
  at: epochMs,
  /** Agent clock minus cloud clock in ms, as measured; null before the first direct message. */
  clockOffsetMs: z.number().nullable(),
  /** Commands that have no result yet. */
  journalDepth: z.int().min(0),
  /** Events that the cloud is not known to have; absent: the agent is older. */
  eventsWaiting: z.int().min(0).optional().catch(undefined),
  /** The disk that its data folder is on; absent: the agent is older, or its system does not say. */
  disk: diskSchema.optional().catch(undefined),
  /** The last sessions that the agent's journal knows, this one included: whoever spoke last in none of them was another agent. */
  ownSessions: z.array(sessionSchema).max(OWN_SESSIONS).optional(),
  /** What `site.tenure` told the agent on this connection; null: nothing yet; absent: it does not ask. */
  tenureSince: epochMs.nullable().optional(),
  devices: z.array(helloDeviceSchema).max(DEVICES_PER_SITE),
  /** Who is kept at which terminal, as far as it is on the agent's disk; absent: the agent is older. */
  wanted: wantedStoreSchema.optional().catch(undefined),
  /** From when on the agent's certificate is to be renewed, and when it ends; absent: the agent is older. */
  certificate: certificateTimesSchema.optional().catch(undefined),
  /** What is sealed to this key this agent alone can read; absent: it is older. */
  key: agentKeySchema.optional().catch(undefined),
  /** What became of the update that was asked of it last; null: none was; absent: it is older, and takes none. */
  update: updateReportSchema.nullable().optional().catch(null),
});
export type Hello = z.infer<typeof helloSchema>;

/** A hello as the cloud receives it: its devices are checked one by one, so that a bad one does not spoil the others. */
export const heardHelloSchema = helloSchema.extend({ devices: z.array(z.unknown()).max(DEVICES_PER_SITE) });

export const willSchema = z.object({ v: z.literal(WIRE_VERSION), session: sessionSchema });

/** What the presence function gets from the rules for hello and last will. */
export const presenceEventSchema = z.object({
  tenant: slugSchema,
  site: slugSchema,
  kind: z.enum(['hello', 'will', 'disconnected']),
  /** When the broker had the message, or the connection ended: events come late, twice and in any order. */
  at: epochMs,
  /** Base64 of the message; absent for lifecycle events. */
  body: z.string().optional(),
  /** Id of the certificate that said hello, as the broker knows it: SHA-256, hex. */
  certificate: z.string().max(128).optional(),
});
export type PresenceEvent = z.infer<typeof presenceEventSchema>;

/** What the presence function gets from the schedule. */
export const sweepEventSchema = z.strictObject({
  kind: z.literal('sweep'),
  /** Each sweep asks about one site of so many, another one each time. */
  share: z.int().min(1).max(1000).default(1),
});
/** How often, in minutes. */
export const SWEEP_MINUTES = 5;
/** In AWS, where each question costs: every site is asked about once an hour. */
export const SWEEP_SHARE = 12;
