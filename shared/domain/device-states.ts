// How a terminal stands, in one word.

/**
 * - `online`: the last contact succeeded
 * - `offline`: it does not answer, or its agent is away
 * - `refused`: it answers but does not let the agent in: another comm key, or answers that make no sense
 * - `swapped`: another terminal answers at its address
 * - `busy`: it answers but has no time: an enrolment, too many commands, or another program holds its one place
 * - `unknown`: nobody has tried yet
 */
export const DEVICE_STATES = ['online', 'offline', 'refused', 'swapped', 'busy', 'unknown'] as const;
export type DeviceState = (typeof DEVICE_STATES)[number];
