// Plays one schedule in the arena, lets everything come to rest, and judges what the terminal then holds.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import { FORGETFUL } from './acts.ts';
import type { Arena } from './arena.ts';
import { Caller, type Told } from './caller.ts';
import { askedToRefresh, judge, type Violation } from './judge.ts';
import { History, readOn } from './lists.ts';
import type { Schedule } from './schedule.ts';
import { type Counts, Strokes } from './strokes.ts';
import { Timeline } from './timeline.ts';
import { Witness } from './witness.ts';

/** How long faults last at most. */
const FAULTS_MS = 4000;
const CONNECT_MS = 30_000;
/** How long callers wait for an answer once the faults are over. */
const PATIENCE_MS = 40_000;
const REFRESH_MS = 5000;
/** How soon a disabled terminal is enabled after the agent is back. */
export const ENABLED_MS = 30_000;

export interface Played {
  readonly seed: number;
  readonly tookMs: number;
  readonly commands: number;
  readonly attempts: number;
  /** Lists that were answered with 200. */
  readonly lists: number;
  readonly verdicts: Counts;
  readonly faults: Counts;
  /** At which moments the agent was killed. */
  readonly deaths: Counts;
  /** Commits of its journal that power cuts took. */
  readonly lostCommits: number;
  readonly unknownsMs: readonly number[];
  /** From the end of the faults until the terminal was enabled; 0 where it was. */
  readonly enabledMs: number;
  readonly storageRefusals: number;
  readonly violations: readonly Violation[];
  readonly timeline: readonly string[];
}

export async function play(arena: Arena, schedule: Schedule, verbose: boolean): Promise<Played> {
  const { seed, variant, callers } = schedule;
  const began = performance.now();
  const timeline = new Timeline(verbose);
  const terminal = arena.terminal(variant);
  timeline.note(`seed ${seed}, terminal '${variant}', ${callers.length} callers`);
  const bystanders = new Map(terminal.users().map((user) => [user.userId, user.raw]));
  terminal.options.latency.perCommandMs = schedule.perCommandMs;
  const logged = arena.agentSaid().length;
  await arena.connected(CONNECT_MS);
  const witness = new Witness(terminal, timeline);

  const history = new History(terminal);
  const over = new AbortController();
  const ports = { url: arena.system.url, token: arena.system.token, device: variant };
  const reading = readOn(ports, timeline, over.signal);
  const strokes = new Strokes(arena, terminal, timeline);
  strokes.start(schedule);
  let until = Number.POSITIVE_INFINITY;
  const working = callers.map(async (wishes, index) => {
    const caller = new Caller(arena.system.url, arena.system.token, variant, timeline);
    const told: Told[] = [];
    for (const wish of wishes) {
      await sleep(wish.pauseMs);
      const made = await caller.make(`caller ${index}`, wish, () => until);
      told.push(made);
    }
    return told;
  });
  await Promise.race([Promise.all(working), sleep(FAULTS_MS)]);
  timeline.note('** faults end');
  await strokes.stop();
  arena.line.clear();
  terminal.faults.clear();
  const isBack = await arena.connected(CONNECT_MS);
  const backAt = performance.now();
  until = backAt + PATIENCE_MS;
  const enabled = enabledAfter(terminal, backAt);
  const told = (await Promise.all(working)).flat();
  // Enabled soon after the agent was back, and again once nobody asks for anything any more.
  const [soon, atRest] = [await enabled, await enabledAfter(terminal, performance.now())];
  const enabledMs = Math.max(soon, atRest);
  // The refresh of the last write follows its answer, behind the enabling; one that never comes is for the judge.
  const isRefreshed = (at: typeof terminal) => !at.state.refreshPending || askedToRefresh(at);
  await terminal.until(isRefreshed, REFRESH_MS).catch(() => undefined);
  over.abort();
  const lists = await reading;
  timeline.note('** at rest');
  const violations = await judge({
    terminal,
    told,
    keypad: strokes.keypad,
    bystanders,
    noted: witness.noted,
    namings: witness.namings,
    lists,
    history,
    isBack,
    enabledMs,
    mayForget: FORGETFUL.some((kind) => strokes.counts[kind] !== undefined),
    caller: new Caller(arena.system.url, arena.system.token, variant, timeline),
    at: (now) => timeline.at(now),
  });
  witness.leave();
  history.leave();
  if (violations.length > 0) {
    for (const line of agentLines(arena.agentSaid().slice(logged))) timeline.note(`   agent: ${line}`);
  }
  for (const { kind, text } of violations) timeline.note(`!! ${kind}: ${text}`);
  tidy(terminal, bystanders);
  return {
    seed,
    tookMs: performance.now() - began,
    commands: told.length,
    lists: lists.length,
    attempts: told.reduce((sum, { attempts }) => sum + attempts, 0),
    verdicts: tally(told.map(({ verdict }) => verdict)),
    faults: { ...strokes.counts, ...cutShort(told) },
    deaths: strokes.deaths,
    lostCommits: strokes.lostCommits,
    unknownsMs: told.flatMap(({ unknownMs }) => (unknownMs === null ? [] : [unknownMs])),
    enabledMs,
    storageRefusals: told.reduce((sum, { storageRefusals }) => sum + storageRefusals, 0),
    violations,
    timeline: timeline.lines,
  };
}

/** How long after `since` the terminal is enabled, ms; infinite where it is not in time. */
function enabledAfter(terminal: SimulatedTerminal, since: number): Promise<number> {
  return terminal
    .until((at) => at.enabled, ENABLED_MS)
    .then(
      () => performance.now() - since,
      () => Number.POSITIVE_INFINITY,
    );
}

/** Somebody deletes at the keypad whoever the schedule left behind, so that tables stay small. */
function tidy(terminal: SimulatedTerminal, bystanders: ReadonlyMap<string, Buffer>): void {
  for (const { uid, userId } of terminal.users()) {
    if (!bystanders.has(userId)) terminal.state.deleteUser(uid, 'keypad');
  }
  terminal.options.latency.perCommandMs = 0;
}

function cutShort(told: readonly Told[]): Counts {
  const sum = (of: keyof Told['cutShort']) => told.reduce((total, each) => total + each.cutShort[of], 0);
  return { 'handler-killed': sum('handlerKilled'), 'caller-gone': sum('callerGone') };
}

/** What the agent logged, without what every line has. */
function agentLines(log: string): string[] {
  return log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => {
      const { level, time, pid, hostname, tenant, site, trace, op, msg, ...told } = JSON.parse(line);
      return `${msg} ${Object.values(told).join(' ')}`;
    });
}

function tally(names: readonly string[]): Counts {
  const counts: Counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
