// Wishes that need no write: what the terminal holds already, and what it could never hold, is answered from the roster.
import type { DeviceSettings } from '../../devices/settings.ts';
import { failure } from '../../result.ts';
import { limitsOf } from '../session/dialect.ts';
import { toSerenoError } from '../session/errors.ts';
import type { Roster } from '../tables/roster.ts';
import type { RosterCache } from '../tables/roster-cache.ts';
import type { WriteJob } from '../write-job.ts';
import type { PlanContext } from './plan.ts';

/** What planning on `roster` needs to know of the device. */
export function planContext(device: DeviceSettings, cache: RosterCache, { width }: Roster): PlanContext {
  return {
    device: device.id,
    limits: limitsOf(cache.known.dialect, width),
    encoding: device.encoding,
    freeUid: (roster) => cache.uids.choose(roster),
  };
}

/** Jobs that need no write are answered before anything is disabled, unless an earlier one decides them. */
export function settleWithoutWriting(
  jobs: readonly WriteJob[],
  roster: Roster,
  cache: RosterCache,
  device: DeviceSettings,
): WriteJob[] {
  const touched = new Set<string>();
  const context = planContext(device, cache, roster);
  return jobs.filter((job) => {
    if (job.isOver) return false;
    const userId = job.wish.userId;
    if (touched.has(userId)) return true;
    try {
      const plan = job.wish.plan(roster, context);
      if (plan.kind === 'nothing') {
        job.settle({ status: 'ok', data: plan.result, verified: 'readback' });
        return false;
      }
      touched.add(userId);
      return true;
    } catch (error) {
      job.settle(failure(toSerenoError(error, device)));
      return false;
    }
  });
}

/** True if no job can be answered from `roster`: each one writes, or follows one of the same user that does. */
export function allNeedWriting(
  jobs: readonly WriteJob[],
  roster: Roster,
  cache: RosterCache,
  device: DeviceSettings,
): boolean {
  const touched = new Set<string>();
  const context = planContext(device, cache, roster);
  return jobs.every(({ isOver, wish }) => {
    if (isOver || touched.has(wish.userId)) return true;
    try {
      if (wish.plan(roster, context).kind === 'nothing') return false;
    } catch {
      return false;
    }
    touched.add(wish.userId);
    return true;
  });
}
