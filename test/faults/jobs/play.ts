// Plays one schedule of jobs; in the end every item has ended as the terminals show, and nothing that was asked is found in clear.
import { setTimeout as sleep } from 'node:timers/promises';
import { agentFilesWith, filesWith, rowsWith } from '../secrets.ts';
import type { ActKind, WeatherKind } from './acts.ts';
import type { Arena } from './arena.ts';
import { cursorNow, jobEvents } from './caller.ts';
import { wrongAt, wrongItems } from './judge.ts';
import { Schedule } from './schedule.ts';

const STEPS = 24;
const SETTLES_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 400;
/** Who dies with the right to tell of an end keeps it for a minute; then another tells, who comes every minute. */
const TOLD_WITHIN_MS = 130_000;
/** What was not heard is asked for when a branch says hello: in AWS a minute is not so long. */
const HELLO_EVERY_MS = 8000;
/** What an agent was asked is off its disk so soon once it has answered. */
const FORGOTTEN_WITHIN_MS = 10_000;

export interface Order {
  readonly seed: number;
  /** Kinds of acts and weather that strike beside batches; empty: all. */
  readonly only?: readonly (ActKind | WeatherKind)[];
}

export interface Played {
  readonly seed: number;
  readonly acts: readonly ActKind[];
  readonly lostCommits: number;
  readonly jobs: number;
  /** By state, how many items ended so. */
  readonly items: Readonly<Record<string, number>>;
  readonly weather: Readonly<Record<string, number>>;
  /** What was otherwise than it should be; empty where all is well. */
  readonly wrong: readonly string[];
  /** What the agents logged, where something is wrong. */
  readonly said: string;
}

export async function playJobs(arena: Arena, { seed, only = [] }: Order): Promise<Played> {
  const saidBefore = arena.agentsSaid().length;
  const cursor = await cursorNow(arena.call);
  const bystanders = arena.places.map(({ terminal }) => terminal.rawUsers());
  const schedule = new Schedule(arena, seed, only);
  for (let step = 0; step < STEPS; step++) await schedule.step();
  await schedule.over();
  const wrong = await unsettled(arena, schedule);
  if (wrong.length === 0) wrong.push(...(await judged(arena, schedule, cursor)));
  const items = counted(schedule);
  await schedule.removeAll();
  wrong.push(...(await unsettled(arena, schedule)));
  schedule.leave();
  wrong.push(...schedule.lies, ...manners(arena));
  for (const [index, { device, terminal }] of arena.places.entries()) {
    const before = bystanders[index]?.map((raw) => raw.toString('hex')).join();
    const after = terminal.rawUsers().map((raw) => raw.toString('hex'));
    if (before !== after.join())
      wrong.push(`${device} holds ${after.length} users in the end, not those of before`);
  }
  return {
    seed,
    acts: schedule.acts,
    lostCommits: schedule.lostCommits,
    jobs: schedule.jobs.length,
    items,
    weather: Object.fromEntries(arena.weather.counts),
    wrong,
    said: wrong.length === 0 ? '' : arena.agentsSaid().slice(saidBefore),
  };
}

/** Waits until every job has ended. @returns those that do not */
async function unsettled({ machines, cutLine }: Arena, schedule: Schedule): Promise<string[]> {
  const until = Date.now() + SETTLES_WITHIN_MS;
  for (let helloAt = Date.now(); ; ) {
    const open = await schedule.look();
    if (open.length === 0) return [];
    if (Date.now() > until) return open.map(({ id, data }) => `${id} does not end: ${JSON.stringify(data)}`);
    if (Date.now() >= helloAt) {
      for (const machine of machines) cutLine(machine);
      helloAt = Date.now() + HELLO_EVERY_MS;
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function judged(arena: Arena, schedule: Schedule, cursor: string): Promise<string[]> {
  const { jobs, singles, seen, mayForget } = schedule;
  return [
    ...arena.places.flatMap((place) => wrongAt(place, jobs, singles, !mayForget)),
    ...wrongItems(jobs, seen, mayForget),
    ...(await wrongEvents(arena, schedule, cursor)),
    ...(await inClear(arena, schedule)),
  ];
}

/** Each job is told in the feed, with what became of it, and never otherwise. That may come a while after its end shows. */
async function wrongEvents(arena: Arena, schedule: Schedule, cursor: string): Promise<string[]> {
  const until = Date.now() + TOLD_WITHIN_MS;
  for (;;) {
    const wrong = await wrongNow(arena, schedule, cursor);
    if (wrong.length === 0 || Date.now() > until) return wrong;
    await sleep(LOOK_EVERY_MS);
  }
}

async function wrongNow({ call }: Arena, { jobs }: Schedule, cursor: string): Promise<string[]> {
  const events = await jobEvents(call, cursor);
  return jobs.flatMap(({ id, data }) => {
    if (id === null || data?.settled_at === undefined) return [];
    const own = events
      .map(({ data: told }) => told as Record<string, unknown>)
      .filter((told) => told.operation_id === id);
    if (own.length === 0) return [`the end of ${id} is not told`];
    const { waiting: _none, ...counts } = (data?.counts ?? {}) as Record<string, number>;
    const isSo = own.every(
      (told) => told.state === data?.state && Object.entries(counts).every(([name, n]) => told[name] === n),
    );
    return isSo ? [] : [`${id} is ${JSON.stringify(data)}, and told as ${JSON.stringify(own)}`];
  });
}

async function inClear({ system, dataDir }: Arena, { jobs, wishes }: Schedule): Promise<string[]> {
  const { words } = wishes;
  const ended = new Set(
    jobs.flatMap(({ id, data }) => (id === null || data?.settled_at === undefined ? [] : [id])),
  );
  const found = [...filesWith(dataDir, words), ...(await rowsWith(system, words, ended))];
  const until = Date.now() + FORGOTTEN_WITHIN_MS;
  for (;;) {
    const kept = agentFilesWith(dataDir, wishes.numbers);
    if (kept.length === 0 || Date.now() > until) return [...found, ...kept];
    await sleep(LOOK_EVERY_MS);
  }
}

function manners({ places }: Arena): string[] {
  return places.flatMap(({ device, terminal }) => [
    ...(terminal.enabled ? [] : [`${device} is disabled`]),
    ...terminal.violations.map((text) => `${device}: ${text}`),
  ]);
}

function counted({ jobs }: Schedule): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { ends } of jobs) {
    for (const { told } of ends.values()) counts[told.state] = (counts[told.state] ?? 0) + 1;
  }
  return counts;
}
