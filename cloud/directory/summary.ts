// The terminals of a branch in short, kept in the row of the branch: what all branches of a company come to is one read of these rows.
import * as z from 'zod';
import { deviceStateSchema } from '../../shared/domain/device-state.ts';
import { DEVICE_STATES, type DeviceState } from '../../shared/domain/device-states.ts';

/** Ids that a summary names: those that are not online come first. */
const MOST_NAMED = 20;

export const summarySchema = z.object({
  /** How many terminals are in which state, as their agent said last. */
  counts: z.partialRecord(deviceStateSchema, z.int().min(0)),
  /** Some of them. */
  named: z.partialRecord(deviceStateSchema, z.array(z.string())),
  /** Ids that the agent tells of and that are not this branch's: another holds them, or it holds too many. */
  foreign: z.array(z.string()).default([]),
});
export type Summary = Readonly<z.infer<typeof summarySchema>>;

export const NO_TERMINALS: Summary = { counts: {}, named: {}, foreign: [] };

/** A terminal as far as a summary looks at it. */
export interface Stood {
  readonly id: string;
  /** Null until a contact was tried. */
  readonly reachable: boolean | null;
  readonly state?: DeviceState | null | undefined;
}

/** How a terminal stands by its agent's word: an older agent sends no state. */
export function reportedState({ reachable, state }: Omit<Stood, 'id'>): DeviceState {
  if (state !== undefined && state !== null) return state;
  return reachable === null ? 'unknown' : reachable ? 'online' : 'offline';
}

/** @param foreign ids that do not count */
export function summaryOf(devices: readonly Stood[], foreign: readonly string[]): Summary {
  const own = devices.filter(({ id }) => !foreign.includes(id));
  const counts: Partial<Record<DeviceState, number>> = {};
  const named: Partial<Record<DeviceState, string[]>> = {};
  let left = MOST_NAMED;
  for (const state of [...DEVICE_STATES].sort((a, b) => Number(a === 'online') - Number(b === 'online'))) {
    const ids = own.filter((device) => reportedState(device) === state).map(({ id }) => id);
    if (ids.length === 0) continue;
    counts[state] = ids.length;
    const some = ids.sort().slice(0, left);
    left -= some.length;
    if (some.length > 0) named[state] = some;
  }
  return { counts, named, foreign: [...foreign] };
}

/** As `summaryOf`, of terminals whose agent is away: so are they. */
export function allOffline({ counts, named, foreign }: Summary): Summary {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const ids = Object.values(named).flat().sort();
  return total === 0
    ? { ...NO_TERMINALS, foreign }
    : { counts: { offline: total }, named: ids.length === 0 ? {} : { offline: ids }, foreign };
}
