// What goes wrong in a schedule: the first ones kill at each step in turn, the others mix.
import type { Random } from '../../../cloud/events/testing/mortal.ts';
import type { Death } from './cloud.ts';

export interface Schedule {
  /** At which step on its disk each run of the branch dies. */
  readonly branch: readonly Death[];
  /** At which call of its ports each call of a function dies. */
  readonly renew: readonly Death[];
  readonly hello: readonly Death[];
  /** Of messages, and of beats of the line. */
  readonly lostPercent: number;
  readonly cutPercent: number;
  /** A token brings another certificate in the end. */
  readonly rotates: boolean;
  /** The agent is revoked in the end. */
  readonly revokes: boolean;
}

/** As many steps as a renewal has at most; a run that has fewer lives. */
const BRANCH_STEPS = 26;
const RENEW_CALLS = 14;
const HELLO_CALLS = 8;

const NOTHING: Schedule = {
  branch: [],
  renew: [],
  hello: [],
  lostPercent: 0,
  cutPercent: 0,
  rotates: false,
  revokes: false,
};

const WHERE = ['before', 'after'] as const;

/** Both ways to die at each step, one schedule for a few steps: they come one after the other in it. */
function eachStep(): Schedule[] {
  const deaths = (steps: number) =>
    Array.from({ length: steps }, (_, index) => WHERE.map((where) => ({ at: index + 1, where })));
  return [
    ...deaths(BRANCH_STEPS).map((branch) => ({ ...NOTHING, branch })),
    ...deaths(RENEW_CALLS).map((renew) => ({ ...NOTHING, renew })),
    ...deaths(HELLO_CALLS).map((hello) => ({ ...NOTHING, hello })),
  ];
}

const STEPS = eachStep();

/** The schedule of that number. */
export function scheduleOf(number: number, random: Random): Schedule {
  const fixed = STEPS[number];
  if (fixed !== undefined) return fixed;
  const some = (most: number, steps: number): Death[] =>
    Array.from({ length: random(most + 1) }, () => ({
      at: 1 + random(steps),
      where: random(2) === 0 ? 'before' : 'after',
    }));
  const end = random(6);
  return {
    branch: some(4, BRANCH_STEPS),
    renew: some(5, RENEW_CALLS),
    hello: some(5, HELLO_CALLS),
    lostPercent: random(40),
    cutPercent: random(4),
    rotates: end < 2,
    revokes: end === 2,
  };
}
