// What goes wrong in a schedule of updates: the first ones kill at each change of the disk in turn, the others mix.
import type { Random } from '../../../cloud/events/testing/mortal.ts';

export const NATURES = ['well', 'dies', 'no_line', 'loses_terminal', 'crashes'] as const;
/** How the new version behaves. */
export type Nature = (typeof NATURES)[number];

export interface Schedule {
  readonly nature: Nature;
  /** At which change of the disk each run of the updater dies: `before-7`, `after-7`. */
  readonly deaths: readonly string[];
}

/** As many changes as an update has about; a run that has fewer lives. */
const CHANGES = 64;

/** A death before that change, and one after it, one run after the other. */
function eachChange(number: number): Schedule {
  const at = number + 1;
  const fates = number % 2 === 0 ? ['before', 'after'] : ['after', 'before'];
  return { nature: number % 3 === 0 ? 'dies' : 'well', deaths: fates.map((fate) => `${fate}-${at}`) };
}

/** The schedule of that number. */
export function scheduleOf(number: number, random: Random): Schedule {
  if (number < CHANGES) return eachChange(number);
  const deaths = Array.from(
    { length: random(6) },
    () => `${random(2) === 0 ? 'before' : 'after'}-${1 + random(CHANGES)}`,
  );
  return { nature: NATURES[random(NATURES.length)] ?? 'well', deaths };
}
