// How the machine of an agent fares, as the agent tells it, and from when on that is a trouble.
import * as z from 'zod';
import { AGENT_TROUBLES } from './agent-troubles.ts';

const MB = 1024 * 1024;

const bytes = z.number().min(0).max(Number.MAX_SAFE_INTEGER);

/** The disk that the agent's data folder is on; `free` is what the agent may still use of it. */
export const diskSchema = z.object({ free: bytes, total: bytes });
export type Disk = Readonly<z.infer<typeof diskSchema>>;

/** With less free than this an agent may soon be unable to write, and one that cannot write takes no commands. */
const DISK_LOW_BYTES = 500 * MB;
/** A disk that was low is so until there is this much. */
const DISK_CLEAR_BYTES = 750 * MB;

/** A clock that is off by more is told: deadlines are still right, but the log and the clocks of terminals mislead. */
const CLOCK_OFF_MS = 60_000;
/** One that was off is so until it is as close as this. */
const CLOCK_CLEAR_MS = 30_000;

/** `wasLow`: what was thought before, so that a disk at the edge does not come and go. */
export function isDiskLow({ free }: Disk, wasLow: boolean): boolean {
  return free < (wasLow ? DISK_CLEAR_BYTES : DISK_LOW_BYTES);
}

/** @param offsetMs the agent's clock minus the cloud's */
export function isClockOff(offsetMs: number, wasOff: boolean): boolean {
  return Math.abs(offsetMs) > (wasOff ? CLOCK_CLEAR_MS : CLOCK_OFF_MS);
}

export const agentTroubleSchema = z.enum(AGENT_TROUBLES);
