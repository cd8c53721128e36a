// Rows of the directory: the tenant's sites with their agents, and the terminals.
import * as z from 'zod';
import { diskSchema } from '../../shared/domain/agent-health.ts';
import { certificateTimesSchema } from '../../shared/domain/certificate.ts';
import { collectedSchema } from '../../shared/domain/collected.ts';
import { deviceStateSchema, stateReasonSchema } from '../../shared/domain/device-state.ts';
import { deviceIdSchema, slugSchema } from '../../shared/domain/identifiers.ts';
import { summarySchema } from './summary.ts';
import { updateHeardSchema, updateToldSchema, updateWishSchema } from './update.ts';

const epochMs = z.number();

export const siteRowSchema = z.object({
  site: slugSchema,
  name: z.string(),
  /** The agent's connection that spoke last; absent until the first hello. */
  session: z.string().optional(),
  connected: z.boolean(),
  agentVersion: z.string().optional(),
  /** The agent's public key: what is sealed to it, it alone can read. Null: it has none. */
  agentKey: z.string().nullable().optional(),
  /** When the cloud took the last hello. */
  lastHello: epochMs.optional(),
  /** Since when it is connected, or is not. */
  since: epochMs.optional(),
  /** Agent clock minus cloud clock in ms, as the agent measured it. */
  clockOffsetMs: z.number().nullable().optional(),
  journalDepth: z.number().optional(),
  /** Events that the agent has not told yet, and the room on its disk; null: it does not tell. */
  eventsWaiting: z.number().nullish(),
  disk: diskSchema.nullish().catch(null),
  /** Since when its disk is low and its clock off; null: they are not. */
  diskLowSince: epochMs.nullish(),
  clockOffSince: epochMs.nullish(),
  /** Its terminals in short; absent: no agent has told of them since the cloud keeps this. */
  terminals: summarySchema.optional(),
  /** Orders the hellos of one session. */
  helloOrder: z.number().optional(),
  /** What the agent that spoke last called its own, and since when no other has spoken, broker's time; 0: none ever. */
  ownSessions: z.array(z.string()).optional(),
  tenureSince: epochMs.optional(),
  /** When the agent's certificate is due, and when it ends; null: it does not tell. */
  certificate: certificateTimesSchema.nullish().catch(null),
  /** The version that is wanted of its agent, when that was told to the agent, and what the agent says of it. */
  update: updateWishSchema.optional(),
  updateTold: updateToldSchema.optional(),
  updateHeard: updateHeardSchema.optional(),
  /** When its agent was last revoked: what was said before that counts no more. */
  revokedAt: epochMs.optional(),
  createdAt: epochMs,
});
export type SiteRow = z.infer<typeof siteRowSchema>;

export const deviceRowSchema = z.object({
  id: deviceIdSchema,
  site: slugSchema,
  name: z.string(),
  host: z.string(),
  port: z.number(),
  /** Who owns the settings: the agent's file, or the API. */
  source: z.enum(['file', 'api']),
  timezone: z.string().optional(),
  /** Whether the last contact succeeded; null before the first. */
  reachable: z.boolean().nullable(),
  lastSeen: epochMs.nullable(),
  /** How it stands, as its agent says; absent or null: the agent does not tell. */
  state: deviceStateSchema.nullable().optional(),
  since: epochMs.nullable().optional(),
  reason: stateReasonSchema.nullable().optional(),
  /** The serial number that the terminal must have. */
  serial: z.string().nullable().optional(),
  punches: collectedSchema.nullable().optional(),
  createdAt: epochMs,
  updatedAt: epochMs,
  /** When the API last changed settings: what a hello said of them before that may be out of date. */
  changedAt: epochMs.optional(),
});
export type DeviceRow = z.infer<typeof deviceRowSchema>;
