// Writes for one person at a terminal, on disk before they are ordered, with the version that they are for.
import * as z from 'zod';
import { driftFieldSchema } from '../../shared/domain/wanted-person.ts';
import { operations } from '../../shared/wire/operations.ts';

const body = { id: z.string(), issuedAt: z.int().min(0), notAfter: z.int().min(0) };
const writeSchema = z.discriminatedUnion('op', [
  z.strictObject({ ...body, op: z.literal('user.put'), args: operations['user.put'].args }),
  z.strictObject({ ...body, op: z.literal('user.delete'), args: operations['user.delete'].args }),
]);

export const taskSchema = z.strictObject({
  /** A ULID: they are taken up again in this order. */
  id: z.string(),
  device: z.string(),
  person: z.string(),
  version: z.int().min(1),
  /** Badges that it touches: nothing else is begun for these meanwhile. */
  users: z.array(z.string()),
  writes: z.array(writeSchema),
  urgency: z.enum(['overdue', 'rule']),
  /** What somebody had changed at the terminal; null: the version was not there yet. */
  repairs: z.array(driftFieldSchema).nullable(),
});
export type PersonTask = z.infer<typeof taskSchema>;
