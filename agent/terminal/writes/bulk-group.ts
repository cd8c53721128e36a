// Writes that are to be sent many at once: gathered while they are planned, each of another user.
import type { Roster } from '../tables/roster.ts';
import type { WriteJob } from '../write-job.ts';
import { applyPlan, undoPlan, type WritePlan } from './plan.ts';

export type PutPlan = Extract<WritePlan, { kind: 'put' }>;

export interface Planned {
  readonly job: WriteJob;
  readonly plan: PutPlan;
}

/** Fewer are written one by one: that costs fewer exchanges. */
export const FEWEST = 3;

export class BulkGroup {
  readonly #roster: () => Roster;
  readonly #members = new Map<string, Planned>();

  constructor(roster: () => Roster) {
    this.#roster = roster;
  }

  get size(): number {
    return this.#members.size;
  }

  /** True if a write of this user waits in here: what follows it must not be planned, nor sent, beside it. */
  has(userId: string): boolean {
    return this.#members.has(userId);
  }

  /** From here on the roster has it, so that what follows is planned behind it. */
  add(planned: Planned): void {
    this.#members.set(planned.job.wish.userId, planned);
    applyPlan(planned.plan, this.#roster());
  }

  /** Takes all of them out, to be sent. */
  take(): readonly Planned[] {
    const all = [...this.#members.values()];
    this.#members.clear();
    return all;
  }
}

/** The roster without writes that were not sent after all, the last one first. */
export function takeBack(planned: readonly Planned[], roster: Roster): void {
  for (const { plan } of planned.toReversed()) undoPlan(plan, roster);
}
