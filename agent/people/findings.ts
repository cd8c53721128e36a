// What a look at a terminal, or the end of a task, says of a person: what is noted, and what is told.
import type { Outcome } from '../access/outcome.ts';
import { outcomeOf, together } from '../access/outcome.ts';
import type { Ended } from '../access/running.ts';
import type { Result } from '../result.ts';
import { badgesToClear, type PlanPorts, type Step } from './plan.ts';
import type { PersonTask } from './task.ts';
import { isNews, type News } from './telling.ts';
import type { Wanted } from './wanted.ts';

export interface Finding {
  readonly wanted: Wanted;
  readonly news: News | null;
  readonly set: Partial<Wanted>;
}

/** What a terminal may say of one person, not of everybody. */
const ABOUT_THE_PERSON: ReadonlySet<string> = new Set([
  'limit_exceeded',
  'device_refused',
  'device_full',
  'device_contradicts',
  'not_verified',
  'unsupported',
]);

/** True if the terminal does not take this person; false if it takes nobody at the moment. */
export function isAboutThePerson(outcome: Exclude<Outcome, { kind: 'done' }>): boolean {
  return outcome.kind === 'refused' && ABOUT_THE_PERSON.has(outcome.code);
}

/** Of somebody who is left as he is; null: nothing that is not known. */
export function findingOf(wanted: Wanted, step: Step): Finding | null {
  if (step.kind === 'waits') return null;
  if (step.kind === 'as wanted') return asWanted(wanted, { type: 'person.in_step' });
  const news: News =
    step.kind === 'refused'
      ? { type: 'person.refused', code: step.code, params: { user_id: wanted.userId } }
      : { type: 'person.drift', fields: step.fields };
  return isNews(wanted, news) ? { wanted, news, set: {} } : null;
}

/** Of a task that has ended, by what is wanted of the person now: perhaps something else than when it began. */
export function findingOfTask(
  wanted: Wanted,
  { task, outcome }: Ended<PersonTask>,
  ports: Pick<PlanPorts, 'byBadge'>,
): Finding | null {
  const isOfNow = wanted.version === task.version && wanted.isKept;
  if (outcome.kind !== 'done') {
    if (!isOfNow || !isAboutThePerson(outcome)) return null;
    const { code, params = {} } = outcome;
    const news: News = { type: 'person.refused', code, params };
    return isNews(wanted, news) ? { wanted, news, set: {} } : null;
  }
  const isRemoval = task.writes.every(({ op }) => op === 'user.delete');
  if (!isRemoval) {
    if (isOfNow) return asWanted(wanted, newsOf(task));
    return wanted.isKept && task.users.includes(wanted.userId) ? noted(wanted, { stands: true }) : null;
  }
  const former = wanted.former.filter((badge) => !task.users.includes(badge));
  const isGone = task.users.includes(wanted.userId);
  const isLeft = badgesToClear(wanted, ports).some((badge) => !task.users.includes(badge));
  if (isOfNow && wanted.want === null && !isLeft) return asWanted(wanted, newsOf(task));
  const stood = wanted.stood.filter((badge) => former.includes(badge));
  return noted(wanted, { former, stood, stands: wanted.stands && !isGone });
}

/** What the results of its writes come to: whoever was to be taken away and is not there is gone. */
export function outcomeOfTask(results: readonly Result[], task: PersonTask): Outcome {
  const outcomes = results.map((result, index): Outcome => {
    const outcome = outcomeOf(result);
    const isRemoval = task.writes[index]?.op === 'user.delete';
    const isGone = isRemoval && outcome.kind !== 'done' && outcome.code === 'user_not_found';
    return isGone ? { kind: 'done' } : outcome;
  });
  return together(outcomes);
}

function newsOf({ repairs }: PersonTask): News {
  return repairs === null ? { type: 'person.in_step' } : { type: 'person.repaired', fields: repairs };
}

function asWanted(wanted: Wanted, news: News): Finding | null {
  const isToBeTold = isNews(wanted, news);
  if (wanted.reached && wanted.former.length === 0 && !isToBeTold) return null;
  const set = { reached: true, stands: wanted.want !== null, former: [], stood: [] };
  return { wanted, news: isToBeTold ? news : null, set };
}

function noted(wanted: Wanted, set: Partial<Wanted>): Finding {
  return { wanted, news: null, set };
}
