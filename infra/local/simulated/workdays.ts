// Punches as people on ordinary working days make them: Monday to Friday, half of them on Saturday, never in the future.
import type { Punch } from '../../../test/terminal/attendance.ts';
import { Random } from '../../../test/terminal/random.ts';
import { packTime } from '../../../test/terminal/wall-clock.ts';

export interface Worker {
  readonly uid: number;
  readonly userId: string;
}

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const SATURDAY = 6;
const FINGER = 1;
const State = { in: 0, out: 1, toBreak: 2, fromBreak: 3 } as const;

/**
 * Everybody's punches after `since` and up to `now`, oldest first. The same day always gives the same punches,
 * so that a later run goes on where an earlier one ended.
 *
 * @param since local time of the terminal, `YYYY-MM-DDTHH:MM:SS`
 * @param now the same
 */
export function workdays(workers: readonly Worker[], since: string, now: string, seed: number): Punch[] {
  const [from, to] = [packTime(since), packTime(now)];
  const punches: Punch[] = [];
  const last = Date.parse(`${now}Z`);
  for (let day = Date.parse(`${since.slice(0, 10)}T00:00:00Z`); day <= last; day += DAY_MS) {
    for (const worker of workers) punches.push(...workday(worker, day, seed));
  }
  return punches
    .filter(({ packedTime }) => packedTime > from && packedTime <= to)
    .sort((a, b) => a.packedTime - b.packedTime);
}

function workday({ uid, userId }: Worker, day: number, seed: number): Punch[] {
  const weekday = new Date(day).getUTCDay();
  const random = new Random((day / DAY_MS) * 65_536 + uid * 31 + seed);
  const stays = random.next() < (weekday === 0 ? 1 : weekday === SATURDAY ? 0.5 : 0.06);
  if (stays) return [];
  const at = (hour: number, minutes: readonly [number, number], state: number): Punch => {
    const ms = day + (hour * 60 + random.between(...minutes)) * MINUTE_MS + random.between(0, 59) * 1000;
    const packedTime = packTime(new Date(ms).toISOString().slice(0, 19));
    return { uid, userId, verify: FINGER, state, packedTime };
  };
  const begins = at(8, [-20, 12], State.in);
  if (weekday === SATURDAY) return [begins, at(12, [30, 50], State.out)];
  return [
    begins,
    at(12, [30, 45], State.toBreak),
    at(13, [15, 35], State.fromBreak),
    at(17, [30, 70], State.out),
  ];
}
