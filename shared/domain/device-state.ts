// The state of a terminal: one word, since when, and why.
import * as z from 'zod';
import { agentCode, agentText } from './agent-text.ts';

/**
 * - `online`: the last contact succeeded
 * - `offline`: it does not answer, or its agent is away
 * - `refused`: it answers but does not let the agent in: another comm key, or answers that make no sense
 * - `swapped`: another terminal answers at its address
 * - `busy`: it answers but has no time: an enrolment, too many commands, or another program holds its one place
 * - `unknown`: nobody has tried yet
 */
export const DEVICE_STATES = ['online', 'offline', 'refused', 'swapped', 'busy', 'unknown'] as const;
export const deviceStateSchema = z.enum(DEVICE_STATES);
export type DeviceState = (typeof DEVICE_STATES)[number];

/** Longest text in a place of a reason's sentence. */
export const REASON_CHARACTERS = 256;

/** Why, as an error of the catalogue: the sentence is made at the edge, in the caller's language. */
export const stateReasonSchema = z.object({
  code: agentCode,
  params: z.record(z.string().regex(/^\w{1,64}$/), z.union([agentText(REASON_CHARACTERS), z.number()])),
});
export type StateReason = z.infer<typeof stateReasonSchema>;
