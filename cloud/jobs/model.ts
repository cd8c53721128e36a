// A job: many writes of users as one operation, kept for terminals and branches that are away.
//
// A job is rows (store.ts). Its *parts* are one command to one terminal each: planning.ts cuts a request into them, placing.ts
// puts them into the table, attending.ts does what can be done for one part now (send, take the answer, expire, cancel),
// rounds.ts does so for all that are open, finishing.ts tells of a job that is over, view.ts says how it stands.
import * as z from 'zod';
import { type RouteName, routes } from '../../shared/api/routes.ts';
import { replyStatusSchema } from '../../shared/wire/envelope.ts';

/** How long a job waits for who is away, where nothing else is asked, and at most. */
export const KEEP_SECONDS = 7 * 24 * 3600;
/** So long its outcome can be read once it waits no longer. */
export const AFTER_SECONDS = 7 * 24 * 3600;

const epochMs = z.number();

/** What is known of an item in clear: never a name, a PIN or a card. */
const itemSchema = z.object({ do: z.enum(['put', 'delete']), user_id: z.string() });
export type JobItem = z.infer<typeof itemSchema>;

export const headSchema = z.object({
  tenant: z.string(),
  id: z.string(),
  /** The route that it was asked through: the scope there says who may see it. */
  route: z.string().refine((name): name is RouteName => Object.hasOwn(routes, name)),
  subject: z.string(),
  /** W3C trace context. */
  trace: z.string(),
  createdAt: epochMs,
  /** What has not begun by then expires. */
  keepUntil: epochMs,
  items: z.array(itemSchema),
  parts: z.int(),
  /** The one terminal that it is for. */
  device: z.string().optional(),
  /** The one branch that it is for. */
  site: z.string().optional(),
  /** Its entry in the audit log. */
  audit: z.object({ chain: z.int(), number: z.int() }),
  /** When the last of it had ended and was told. */
  doneAt: epochMs.optional(),
});
export type Head = z.infer<typeof headSchema>;

/** What became of one item at one terminal. */
export const resultSchema = z.object({
  status: replyStatusSchema,
  code: z.string().optional(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  applied: z.enum(['yes', 'no', 'partial', 'unknown']),
  uid: z.int().optional(),
  /** Somebody new was made. */
  made: z.literal(true).optional(),
});
export type Result = z.infer<typeof resultSchema>;

export const partSchema = z.object({
  tenant: z.string(),
  job: z.string(),
  part: z.int(),
  site: z.string(),
  device: z.string(),
  deviceName: z.string(),
  /** How many items it holds. */
  size: z.int(),
  /** Id of its command; a terminal that was busy gets another one. */
  command: z.string(),
  createdAt: epochMs,
  /** The command's own time: later than `createdAt` where another agent speaks for the site since. */
  issuedAt: epochMs,
  keepUntil: epochMs,
  trace: z.string(),
  /** Whether the command may have reached an agent. */
  sent: z.boolean(),
  tries: z.int(),
  /** Not looked after before then. */
  nextAt: epochMs,
  /** Somebody has asked to cancel it. */
  cancelled: z.boolean(),
  /** What is said of each item of a part that surely never left, and never will. */
  closing: resultSchema.optional(),
  ended: z.boolean(),
  endedAt: epochMs.optional(),
});
export type Part = z.infer<typeof partSchema>;

export const itemsSchema = z.object({
  part: z.int(),
  /** Places of its items among those of the job. */
  items: z.array(z.int()),
  /** One an item, in the same order; absent while the part has not ended. */
  results: z.array(resultSchema).optional(),
});
export type PartItems = z.infer<typeof itemsSchema>;

/** Epoch seconds up to which the rows of a job stay. */
export function expiryOf(keepUntil: number): number {
  return Math.floor(keepUntil / 1000) + AFTER_SECONDS;
}
