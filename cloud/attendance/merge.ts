// Many terminals' punches as one list, newest first, page by page.
import * as z from 'zod';
import type { Attendance } from '../../shared/domain/attendance.ts';

export interface Punch extends Attendance {
  readonly device_id: string;
  readonly device_name: string;
}

/** One terminal's newest punches within the filter. */
export interface Source {
  readonly device: string;
  /** Newest first. */
  readonly punches: readonly Punch[];
  /** True where older ones exist that were not read. */
  readonly more: boolean;
}

/**
 * Where a page ended: at this time, all of the devices before `device` and `given` punches of `device` itself
 * have been given. `total` is the first page's, for later pages read less.
 */
export const positionSchema = z.object({
  at: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/),
  device: z.string().max(64),
  given: z.int().min(0),
  total: z.int().min(0),
});
export type Position = z.infer<typeof positionSchema>;

function byTimeThenDevice(a: Punch, b: Punch): number {
  if (a.timestamp !== b.timestamp) return a.timestamp < b.timestamp ? 1 : -1;
  if (a.device_id !== b.device_id) return a.device_id < b.device_id ? -1 : 1;
  return 0;
}

function secondBefore(timestamp: string): string {
  // A cursor that somebody wrote may name a time that does not exist: nothing is older than it then.
  const time = Date.parse(`${timestamp}Z`);
  return Number.isNaN(time) ? timestamp : new Date(time - 1000).toISOString().slice(0, 19);
}

/** What a terminal must be asked for the page after `position`: up to when, and how many it will tell again. */
export function continuation(
  device: string,
  position: Position,
): { readonly to: string; readonly again: number } {
  if (device < position.device) return { to: secondBefore(position.at), again: 0 };
  return { to: position.at, again: device === position.device ? position.given : 0 };
}

/** A source's punches without those that it had to tell again. */
function rest({ device, punches }: Source, position: Position | null): readonly Punch[] {
  return position === null ? punches : punches.slice(continuation(device, position).again);
}

/** How far every source has told all it has, in the order of the list; beyond it something may be missing. */
function horizon(sources: readonly Source[]): Punch | null {
  const ends = sources.flatMap(({ more, punches }) => (more ? punches.slice(-1) : []));
  return ends.sort(byTimeThenDevice)[0] ?? null;
}

function positionAfter(page: readonly Punch[], before: Position | null, total: number): Position | null {
  const last = page.at(-1);
  if (last === undefined) return null;
  const { timestamp: at, device_id: device } = last;
  const here = page.filter((punch) => punch.timestamp === at && punch.device_id === device).length;
  const earlier = before !== null && before.at === at && before.device === device ? before.given : 0;
  return { at, device, given: earlier + here, total };
}

/**
 * One page of the merge.
 *
 * @param sources read as `continuation` says, where there is a position
 * @param limit most punches of a page
 * @returns the punches, and where the next page begins, null on the last one
 */
export function mergedPage(
  sources: readonly Source[],
  position: Position | null,
  limit: number,
  total: number,
): { readonly punches: readonly Punch[]; readonly next: Position | null } {
  const end = horizon(sources);
  const all = sources.flatMap((source) => rest(source, position)).sort(byTimeThenDevice);
  const sure = end === null ? all : all.filter((punch) => byTimeThenDevice(punch, end) <= 0);
  const punches = sure.slice(0, limit);
  const more = punches.length < all.length || sources.some((source) => source.more);
  return { punches, next: more ? positionAfter(punches, position, total) : null };
}
