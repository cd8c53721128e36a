// Whether a new version works: it runs, has the line to the cloud that the one before had, and reaches the terminals that that one reached.
import * as z from 'zod';
import type { UpdateReason } from '../../shared/domain/agent-update.ts';
import type { Baseline } from './state.ts';

/**
 * Of what a running agent says of itself: only what is asked here, so that a later version may say anything else otherwise. Only an agent that
 * could open its journal answers at all.
 */
export const seenSchema = z.object({
  pid: z.int(),
  connected: z.boolean(),
  hello: z.object({
    agentVersion: z.string(),
    devices: z.array(z.object({ id: z.string(), reachable: z.boolean().nullable() })),
  }),
});
export type Seen = z.infer<typeof seenSchema>;

export interface GatePorts {
  /** The agent's own word; null where none answers. */
  readonly status: () => Promise<Seen | null>;
  /** Milliseconds that only go forward. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  readonly times: GateTimes;
}

export interface GateTimes {
  /** Before an update the agent is waited for so long: the machine may just have come up. */
  readonly settle: number;
  /** Between two looks. */
  readonly look: number;
  /** It must answer by then at all. */
  readonly start: number;
  /** It must be well by then. */
  readonly well: number;
  /** It must have been well for so long, as one process. */
  readonly steady: number;
}

export const GATE_TIMES: GateTimes = {
  settle: 180_000,
  look: 1000,
  start: 60_000,
  well: 240_000,
  steady: 30_000,
};

function reachedBy(seen: Seen): string[] {
  return seen.hello.devices.filter(({ reachable }) => reachable === true).map(({ id }) => id);
}

export const NOTHING_SEEN: Baseline = { connected: false, reached: [] };

/** How the agent stands now. */
export async function glance({ status }: Pick<GatePorts, 'status'>): Promise<Baseline> {
  const seen = await status();
  return seen === null ? NOTHING_SEEN : { connected: seen.connected, reached: reachedBy(seen) };
}

/** The best of both. */
function joined(one: Baseline, other: Baseline): Baseline {
  return {
    connected: one.connected || other.connected,
    reached: [...new Set([...one.reached, ...other.reached])],
  };
}

/**
 * How the agent stands that is to be replaced, at its best: of one that has just come up with its machine nothing can be told at once, and a new
 * version would be held against nothing.
 *
 * @param known how it was seen before
 */
export async function baselineOf(gate: GatePorts, known: Baseline): Promise<Baseline> {
  const { status, now, sleep, times } = gate;
  const began = now();
  let answeredAt = null as number | null;
  let best = known;
  for (;;) {
    const seen = await status();
    const at = now();
    if (seen !== null) {
      answeredAt ??= at;
      best = joined(best, { connected: seen.connected, reached: reachedBy(seen) });
    }
    const end = answeredAt === null ? began + times.settle : answeredAt + times.steady;
    if (at >= end) return best;
    await sleep(times.look);
  }
}

/** Why the agent is not well; null: it is. */
export function troubleOf(seen: Seen | null, version: string, baseline: Baseline): UpdateReason | null {
  if (seen === null || seen.hello.agentVersion !== version) return 'not_started';
  if (baseline.connected && !seen.connected) return 'not_connected';
  const reached = new Set(reachedBy(seen));
  return baseline.reached.every((id) => reached.has(id)) ? null : 'terminals';
}

interface Well {
  readonly pid: number;
  readonly since: number;
}

/** Waits until that version has been well for a while. @returns why it is not; null: it is */
export async function prove(
  { status, now, sleep, times }: GatePorts,
  version: string,
  baseline: Baseline,
): Promise<UpdateReason | null> {
  const began = now();
  /** Since when this process is well. */
  let well = null as Well | null;
  let hasStarted = false;
  for (;;) {
    const seen = await status();
    const trouble = troubleOf(seen, version, baseline);
    const at = now();
    hasStarted ||= trouble !== 'not_started';
    if (trouble !== null || seen === null) well = null;
    else if (well?.pid !== seen.pid) well = { pid: seen.pid, since: at };
    if (well !== null && at - well.since >= times.steady) return null;
    if (!hasStarted && at - began >= times.start) return 'not_started';
    // One that is well by then, and still has to show it for a while, gets that while.
    const left = well === null ? times.well : times.well + times.steady;
    if (at - began >= left) return trouble ?? 'not_started';
    await sleep(times.look);
  }
}
