// Plays one schedule of people; in the end terminals hold what the API says, and then everybody leaves.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActKind } from './acts.ts';
import type { Arena } from './arena.ts';
import { show } from './caller.ts';
import { leftOver, missingFingers, strangeFingers, wrongAt } from './judge.ts';
import { Schedule } from './schedule.ts';
import { found } from './words.ts';

const STEPS = 24;
const SETTLES_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 400;

export interface Order {
  readonly seed: number;
  /** Kinds of acts that are drawn beside wishes; empty: all. */
  readonly only?: readonly ActKind[];
}

export interface Played {
  readonly seed: number;
  readonly acts: readonly ActKind[];
  readonly lostCommits: number;
  readonly fingers: number;
  /** By status, how many calls were answered so. */
  readonly answers: Readonly<Record<string, number>>;
  /** What was otherwise than it should be; empty where all is well. */
  readonly wrong: readonly string[];
  /** What the agents logged, where something is wrong. */
  readonly said: string;
}

export async function playPeople(arena: Arena, { seed, only = [] }: Order): Promise<Played> {
  const saidBefore = arena.agentsSaid().length;
  const schedule = new Schedule(arena, seed, only);
  for (let step = 0; step < STEPS; step++) await schedule.step();
  await schedule.over();
  const { acts, lostCommits, lies, owners, answers, words } = schedule;
  const wrong = [...lies, ...(await settled(() => wrongNow(arena, schedule)))];
  wrong.push(...(await found(arena, words, [...owners.keys()])));
  await schedule.removeAll();
  wrong.push(...(await settled(() => wrongNow(arena, schedule))));
  wrong.push(...(await found(arena, words, [...owners.keys()])));
  const said = wrong.length === 0 ? '' : arena.agentsSaid().slice(saidBefore);
  return { seed, acts, lostCommits, fingers: owners.size, answers: Object.fromEntries(answers), wrong, said };
}

/** Empty as soon as nothing is wrong any more; else what is wrong after a long time. */
async function settled(look: () => Promise<string[]>): Promise<string[]> {
  const until = Date.now() + SETTLES_WITHIN_MS;
  for (;;) {
    const wrong = await look();
    if (wrong.length === 0 || Date.now() > until) return wrong;
    await sleep(LOOK_EVERY_MS);
  }
}

async function wrongNow({ call, places }: Arena, { subjects, owners, typed }: Schedule): Promise<string[]> {
  const wrong: string[] = [];
  for (const subject of subjects) {
    const shown = await show(call, subject.person);
    wrong.push(...places.flatMap((place) => wrongAt(place, subject, shown, subjects)));
    wrong.push(...missingFingers(places, subject, shown));
  }
  for (const place of places) {
    wrong.push(...leftOver(place, subjects, typed), ...strangeFingers(place, subjects, owners));
    wrong.push(
      ...(place.terminal.enabled ? [] : [`${place.device} is disabled`]),
      ...place.terminal.violations,
    );
  }
  return wrong;
}
