// Plays one schedule of punches: people punch while agents, lines, terminals, functions and memory fail; in the end the cloud is compared with the model.
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../terminal/random.ts';
import type { ActKind } from './acts.ts';
import type { Arena } from './arena.ts';
import { differences } from './model.ts';
import { Schedule } from './schedule.ts';
import { wordsIn } from './stored.ts';
import type { Weather } from './weather.ts';

const STEPS = 36;
const SETTLES_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 500;

export interface Played {
  readonly seed: number;
  readonly acts: readonly ActKind[];
  readonly punches: number;
  readonly lostCommits: number;
  /** What the cloud knows or has told otherwise than it should; empty where all is well. */
  readonly wrong: readonly string[];
}

export interface Order {
  readonly seed: number;
  /** Gives the schedule a day of its own. */
  readonly number: number;
  /** Kinds of acts that are drawn beside punches; empty: all. */
  readonly only?: readonly ActKind[];
}

export async function playPunches(
  arena: Arena,
  weather: Weather,
  { seed, number, only = [] }: Order,
): Promise<Played> {
  const schedule = new Schedule(arena, weather, seed, number, only);
  weather.foul(new Random(seed ^ 0x5eed));
  for (let step = 0; step < STEPS; step++) await schedule.step();
  await schedule.over();
  weather.fair();
  const wrong = await settled(arena, schedule);
  const { acts, punches, lostCommits } = schedule;
  return { seed, acts, punches, lostCommits, wrong: [...wrong, ...arena.listeners.wrong()] };
}

/** Waits until the cloud knows what it should, and the reader of the feed what the cloud knows; what is wrong in the end. */
async function settled({ listeners }: Arena, schedule: Schedule): Promise<string[]> {
  const until = Date.now() + SETTLES_WITHIN_MS;
  for (;;) {
    const stored = await schedule.stored();
    const wrong = differences(schedule.model.expected, wordsIn(stored));
    const unread = listeners.unread(stored.map(({ id }) => id));
    const untold = stored.filter(({ id }) => unread.includes(id));
    const all = [...wrong, ...untold.map(({ words }) => `not in the feed ${words}`)];
    if (all.length === 0 || Date.now() > until) return all;
    await sleep(LOOK_EVERY_MS);
  }
}
