// The state of a terminal as it travels: one word, since when, and why.
import * as z from 'zod';
import { agentCode, agentText } from './agent-text.ts';
import { DEVICE_STATES } from './device-states.ts';

export const deviceStateSchema = z.enum(DEVICE_STATES);

/** Longest text in a place of a reason's sentence. */
export const REASON_CHARACTERS = 256;

/** Why, as an error of the catalogue: the sentence is made at the edge, in the caller's language. */
export const stateReasonSchema = z.object({
  code: agentCode,
  params: z.record(z.string().regex(/^\w{1,64}$/), z.union([agentText(REASON_CHARACTERS), z.number()])),
});
export type StateReason = z.infer<typeof stateReasonSchema>;
