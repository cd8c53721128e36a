// Writes that belong together, on disk before they are ordered, with all that is so once they are made.
import * as z from 'zod';
import { identifierInfoSchema } from '../../shared/domain/access-identifier.ts';
import { ruleEventSchema } from '../../shared/wire/events.ts';
import { operations } from '../../shared/wire/operations.ts';
import { ruleSchema } from './rule.ts';

const body = { id: z.string(), issuedAt: z.int().min(0), notAfter: z.int().min(0) };
const writeSchema = z.discriminatedUnion('op', [
  z.strictObject({ ...body, op: z.literal('user.put'), args: operations['user.put'].args }),
  z.strictObject({ ...body, op: z.literal('user.delete'), args: operations['user.delete'].args }),
]);

const guestSchema = z.strictObject({ userId: z.string(), name: z.string(), isThere: z.boolean() });

/** How a rule stands afterwards, and what is told of it. */
const noteSchema = z.strictObject({
  rule: z.string(),
  /** Null: there is no such rule any more. */
  set: ruleSchema.pick({ held: true, told: true }).partial().nullable(),
  event: ruleEventSchema.pick({ type: true, reason: true }).nullable(),
});
export type Note = z.infer<typeof noteSchema>;

export const taskSchema = z.strictObject({
  /** A ULID: they are taken up again in this order. */
  id: z.string(),
  device: z.string(),
  /** The batch whose items it fulfils; null: it keeps a rule by itself. */
  command: z.string().nullable(),
  items: z.array(z.strictObject({ index: z.int().min(0), info: identifierInfoSchema })),
  /** Whose slots it touches: nothing else is begun for these meanwhile. */
  users: z.array(z.string()),
  writes: z.array(writeSchema),
  urgency: z.enum(['overdue', 'rule']),
  /** Rules as the batch wants them. `goesOn`: passes that were counted meanwhile stay counted. */
  puts: z.array(z.strictObject({ rule: ruleSchema, goesOn: z.boolean() })),
  notes: z.array(noteSchema),
  guests: z.array(guestSchema),
  lostGuests: z.array(z.string()),
});
export type Task = z.infer<typeof taskSchema>;
