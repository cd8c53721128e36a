// Plays one schedule of rules; in the end what was seen at the terminals is compared with what callers were promised.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ActKind } from './acts.ts';
import { type Arena, EMPLOYEES } from './arena.ts';
import { show } from './caller.ts';
import { wrongOf } from './judge.ts';
import { type Given, Schedule } from './schedule.ts';

const STEPS = 22;
const SETTLES_WITHIN_MS = 40_000;
const LOOK_EVERY_MS = 300;
const USERS = 4;

export interface Order {
  readonly seed: number;
  /** Kinds of acts that are drawn beside passes; empty: all. */
  readonly only?: readonly ActKind[];
}

export interface Played {
  readonly seed: number;
  readonly acts: readonly ActKind[];
  readonly cards: number;
  /** Of these, how many ever stood on their terminal. */
  readonly stood: number;
  readonly passes: number;
  readonly lostCommits: number;
  /** What was otherwise than it should be; empty where all is well. */
  readonly wrong: readonly string[];
  /** What the agent logged, where something is wrong. */
  readonly said: string;
}

export async function playRules(arena: Arena, { seed, only = [] }: Order): Promise<Played> {
  const saidBefore = arena.agentSaid().length;
  const schedule = new Schedule(arena, seed, only);
  schedule.begin();
  for (let step = 0; step < STEPS; step++) await schedule.step();
  await schedule.over();
  const { given, acts, lostCommits } = schedule;
  const last = Math.max(...given.map(({ to }) => to)) * 1000;
  await sleep(Math.max(0, last - Date.now()));
  // What is told to the cloud waits in the memory that this act takes.
  const isTold = !acts.includes('memory-lost');
  const unsettled = await settled(arena, given, isTold);
  const wrong = [...given.flatMap(seen), ...unsettled];
  const said = wrong.length === 0 ? '' : arena.agentSaid().slice(saidBefore);
  const passes = given.reduce((sum, each) => sum + each.passes, 0);
  const stood = given.filter(({ place, card }) => place.sightings.stands(card).length > 0).length;
  return { seed, acts, cards: given.length, stood, passes, lostCommits, wrong, said };
}

function seen(each: Given): string[] {
  const { card, from, to, toldAt, isSure, endedAt, place } = each;
  const window = { from: from * 1000, to: to * 1000 };
  const promised = { card, window, toldAt, isSure, endedAt, graceMs: place.passGraceMs };
  const { sightings, device } = place;
  return wrongOf(promised, sightings.stands(card), sightings.excuses).map((text) => `${device}: ${text}`);
}

/** Waits until nothing is left of any card, the agent says so, and the cloud was told; what is wrong in the end. */
async function settled(arena: Arena, given: readonly Given[], isTold: boolean): Promise<string[]> {
  const until = Date.now() + SETTLES_WITHIN_MS;
  for (;;) {
    const left = [...leftAt(arena), ...(isTold ? await untold(arena, given) : [])];
    // A pass while the agent was dead is counted once it has read the log.
    const wrong =
      left.length > 0 ? left : (await Promise.all(given.map((each) => listed(arena, each)))).flat();
    if (wrong.length === 0 || Date.now() > until) return wrong;
    await sleep(LOOK_EVERY_MS);
  }
}

/** Guests are gone, and whoever was there before is as he was. */
function leftAt({ places }: Arena): string[] {
  return places.flatMap(({ device, terminal }) => {
    const users = terminal.users();
    const cards = users
      .filter(({ userId }) => EMPLOYEES.some((each) => each === userId))
      .map(({ card }) => card);
    const isClean = users.length === USERS + EMPLOYEES.length && cards.every((card) => card === 0);
    const held = users.map(({ userId, card }) => `${userId}/${card}`).join(' ');
    return isClean ? [] : [`${device} still holds ${held}`];
  });
}

/** What stood on a terminal came on and went off in the feed. */
async function untold({ call }: Arena, given: readonly Given[]): Promise<string[]> {
  const feed = await feedOf(call);
  return given.flatMap(({ place: { sightings, device }, card }) =>
    sightings
      .stands(card)
      .slice(0, 1)
      .flatMap(({ userId }) =>
        ['rule.on', 'rule.off']
          .filter((type) => !feed.has(`${type} ${device} ${userId}`))
          .map((type) => `not in the feed: ${type} of ${userId} at ${device}`),
      ),
  );
}

async function feedOf(call: Arena['call']): Promise<ReadonlySet<string>> {
  const all = new Set<string>();
  let after = '';
  for (;;) {
    const { body } = await call('GET', `/events?types=rule.on,rule.off&limit=500${after}`);
    for (const { type, data } of body.data) all.add(`${type} ${data.device_id} ${data.user_id}`);
    if (body.data.length === 0 || body.next_cursor === undefined) return all;
    after = `&after=${encodeURIComponent(body.next_cursor)}`;
  }
}

/** Every pass was counted once. */
async function listed(
  { call }: Arena,
  { place, card, toldAt, max, passes, isSure }: Given,
): Promise<string[]> {
  if (toldAt === null || !isSure) return [];
  const told = await show(call, place.device, card);
  const expected = { left: max === null ? -1 : Math.max(0, max - passes), on: false };
  const held = { left: told?.additional.passes_left ?? null, on: told?.on_terminal ?? null };
  const isRight = held.left === expected.left && held.on === expected.on;
  return isRight
    ? []
    : [`${place.device}: card ${card} is told ${JSON.stringify(held)} after ${passes} of ${max} passes`];
}
