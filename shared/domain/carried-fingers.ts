// Fingers on their way from the agent of one branch to that of another: what is asked and answered, never what is in them.
import * as z from 'zod';
import { slugSchema } from './identifiers.ts';
import { agentKeySchema, fingerKindSchema, personIdSchema } from './wanted-person.ts';

const finger = z.int().min(0).max(9);
const SEALED_CHARS = 64 * 1024;

export const sealFingersArgs = z.strictObject({
  person: personIdSchema,
  fingers: z.array(finger).min(1).max(10),
  to: z.strictObject({ site: slugSchema, key: agentKeySchema }),
});

/** Those that are not there are left out; where none is, `sealed` is empty. */
export const sealFingersResult = z.object({
  kind: fingerKindSchema,
  fingers: z.array(finger),
  sealed: z.base64().max(SEALED_CHARS),
});

export const giveFingersArgs = z.strictObject({
  person: personIdSchema,
  from: slugSchema,
  kind: fingerKindSchema,
  sealed: z.base64().max(SEALED_CHARS),
});

/** Those that are there now as they were given; the terminal has something else in the place of the others, or does not take them. */
export const giveFingersResult = z.object({ there: z.array(finger), refused: z.array(finger) });
