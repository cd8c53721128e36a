// What goes wrong in a schedule of updates: the first ones kill, or cut the power, at each change of the disk in turn, the others mix.
import type { Random } from '../../../cloud/events/testing/mortal.ts';

export const NATURES = ['well', 'dies', 'no_line', 'loses_terminal', 'crashes'] as const;
/** How the new version behaves. */
export type Nature = (typeof NATURES)[number];

export interface Schedule {
  readonly nature: Nature;
  /** At which change of the disk each run of the updater dies: `before-7`, `after-7`; `cut-7-4711`: with its machine. */
  readonly deaths: readonly string[];
}

/** As many changes as an update has about; a run that has fewer lives. */
const CHANGES = 64;

/** A death at that change, and a power cut after it, one run after the other. */
function eachChange(number: number, random: Random): Schedule {
  const at = number + 1;
  const fates = [`${number % 4 < 2 ? 'before' : 'after'}-${at}`, cut(at, random)];
  return { nature: number % 3 === 0 ? 'dies' : 'well', deaths: number % 2 === 0 ? fates : fates.reverse() };
}

function cut(at: number, random: Random): string {
  return `cut-${at}-${random(1_000_000)}`;
}

/** The schedule of that number. */
export function scheduleOf(number: number, random: Random): Schedule {
  if (number < CHANGES) return eachChange(number, random);
  const deaths = Array.from({ length: random(6) }, () => {
    const [fate, at] = [random(4), 1 + random(CHANGES)];
    return fate < 2 ? cut(at, random) : `${fate === 2 ? 'before' : 'after'}-${at}`;
  });
  return { nature: NATURES[random(NATURES.length)] ?? 'well', deaths };
}
