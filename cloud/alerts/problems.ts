// The problems of a tenant: when they began and ended, and what of it has been told. Pure: events and a time in.
//
// A problem is told once it has lasted for the time in which others are gathered, and its end once it has held. One that
// comes and goes is told once: each time that it comes back within an hour, its end has to hold for longer.
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { EVENT_TYPES } from '../../shared/domain/event-types.ts';
import { deviceIdSchema, slugSchema } from '../../shared/domain/identifiers.ts';
import type { Happening } from '../../shared/wire/happening.ts';
import { CROWD, keyOf, type ProblemType, signalOf } from './kinds.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Problems that are kept one by one; the state of a tenant is one row. */
export const MOST_PROBLEMS = 2000;
/** Of a problem that nothing ended: its terminal may not exist any more. */
const FORGOTTEN_AFTER_MS = 90 * 24 * HOUR;
/** How long an end has to hold where the problem has come back within an hour: once, twice, more often. */
const CALMS = [5 * MINUTE, 15 * MINUTE, HOUR];
/** What has begun so often within an hour is told at once. */
const FLAPPING = 3;
/** A teller that was killed tells twice: the last events of a problem are known. */
const KNOWN_EVENTS = 4;
const MARK_CHARACTERS = 8;

/** An event's id in short: thousands of problems have to fit into one row. */
function markOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url').slice(0, MARK_CHARACTERS);
}

const epochMs = z.number();
const typeSchema = z.enum([...EVENT_TYPES, CROWD]);

const aboutSchema = z.object({
  key: z.string(),
  /** Of the event that began it. */
  type: typeSchema,
  /** When it began, or ended. */
  at: epochMs,
  site: slugSchema.optional(),
  device: deviceIdSchema.optional(),
  /** Of the event, what is told. */
  detail: z.record(z.string(), z.string()),
});

const problemSchema = aboutSchema.extend({
  isOpen: z.boolean(),
  /** Nothing will end it. */
  passes: z.boolean(),
  /** When this was taken in, by the clock of the cloud. */
  seenAt: epochMs,
  /** When it began last, and how often it has begun within an hour. */
  begunAt: epochMs,
  times: z.number(),
  /** Nothing was told since it began. */
  isNew: z.boolean(),
  events: z.array(z.string()),
  /** What operators have been told; null: that there is none. */
  told: z.object({ type: typeSchema, at: epochMs }).nullable(),
});
export type Problem = z.infer<typeof problemSchema>;

/** The items that hold: one that a newer version has written must not hide the others. */
function listOf<T>(item: z.ZodType<T>) {
  return z.array(z.unknown()).transform((items) =>
    items.flatMap((given) => {
      const { success, data } = item.safeParse(given);
      return success ? [data] : [];
    }),
  );
}

export const problemsSchema = listOf(problemSchema);
export type Problems = ReadonlyMap<string, Problem>;

const changeSchema = aboutSchema.extend({
  state: z.enum(['problem', 'resolved']),
  /** How often it has begun within an hour. */
  times: z.number(),
  /** When operators were told of the problem that is resolved. */
  toldAt: epochMs.optional(),
});
export const changesSchema = listOf(changeSchema);
/** Something to be told. */
export type Change = z.infer<typeof changeSchema>;

const TOLD_DETAILS = [
  'user_id',
  'identifier_type',
  'reason',
  'version',
  'operation_id',
  'webhook_id',
  'rollout_id',
  'url',
  'ends_at',
] as const;
const MOST_CHARACTERS = 200;

function detailOf(data: Happening['data']): Record<string, string> {
  const given = TOLD_DETAILS.flatMap((name) => {
    const value = data[name];
    // Nothing that could be taken for the end of a line, or that turns the words around it.
    const clean = (text: string) => text.replace(/[\p{C}\p{Z}]+/gu, ' ').slice(0, MOST_CHARACTERS);
    return typeof value === 'string' ? [[name, clean(value)] as const] : [];
  });
  return Object.fromEntries(given);
}

type Beginning = Omit<Happening, 'type'> & { readonly type: ProblemType };

function begun(
  known: Problem | undefined,
  { id, type, at, site, device, data }: Beginning,
  { key, passes }: Pick<Problem, 'key' | 'passes'>,
  now: number,
): Problem {
  const isAgain = known !== undefined && now - known.begunAt < HOUR;
  return {
    key,
    type,
    at,
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device }),
    detail: detailOf(data),
    isOpen: true,
    passes,
    seenAt: now,
    begunAt: now,
    times: isAgain ? known.times + 1 : 1,
    isNew: true,
    events: [...(known?.events ?? []), markOf(id)].slice(-KNOWN_EVENTS),
    told: known?.told ?? null,
  };
}

function crowd(known: Problem | undefined, now: number): Problem {
  const event = { id: `crowd_${now}`, type: CROWD, at: now, data: {} } as const;
  return begun(known, event, { key: CROWD, passes: true }, now);
}

/** What an event makes of a problem; null: nothing. */
function next(problems: Problems, event: Happening, now: number): Problem | null {
  const signal = signalOf(event.type);
  if (signal === null) return null;
  const key = keyOf(event, signal);
  const known = problems.get(key);
  const mark = markOf(event.id);
  if (known?.events.includes(mark) === true) return null;
  if (signal.does === 'ends') {
    if (known?.isOpen !== true) return null;
    const events = [...known.events, mark].slice(-KNOWN_EVENTS);
    return { ...known, isOpen: false, at: event.at, seenAt: now, events };
  }
  const passes = signal.does === 'passes';
  // What passes again and again is told once an hour.
  if (passes && known !== undefined && now - known.seenAt < HOUR) return null;
  if (known?.isOpen === true && known.type === event.type) return null;
  if (known?.isOpen === true) {
    // It is another now, and no new one.
    const { times, begunAt } = known;
    return { ...begun(known, event, { key, passes }, now), times, begunAt };
  }
  if (known === undefined && problems.size >= MOST_PROBLEMS) {
    const crowded = problems.get(CROWD);
    return crowded !== undefined && now - crowded.seenAt < HOUR ? null : crowd(crowded, now);
  }
  return begun(known, event, { key, passes }, now);
}

/** The problems after these events, in their order. */
export function takeEvents(before: Problems, events: readonly Happening[], now: number): Problems {
  const problems = new Map(before);
  for (const event of events) {
    const problem = next(problems, event, now);
    if (problem !== null) problems.set(problem.key, problem);
  }
  return problems;
}

/** When it has to be told how a problem stands; null: that is known. */
function dueAt({ isOpen, isNew, seenAt, times, type, told }: Problem, gatherMs: number): number | null {
  const flaps = times >= FLAPPING;
  if (isOpen) return told?.type === type ? null : seenAt + (flaps ? 0 : gatherMs);
  if (told !== null) return seenAt + (CALMS[Math.min(times - 1, CALMS.length) - 1] ?? gatherMs);
  // It never lasts for long enough to be told, and is a problem all the same.
  return isNew && flaps ? seenAt : null;
}

/** When something is to be told next; null where nothing is. */
export function nextDue(problems: Problems, gatherMs: number): number | null {
  const times = [...problems.values()].flatMap((problem) => dueAt(problem, gatherMs) ?? []);
  return times.length === 0 ? null : Math.min(...times);
}

function isProblem({ isOpen, told }: Problem): boolean {
  return isOpen || told === null;
}

function changeOf(problem: Problem): Change {
  const { key, type, at, site, device, detail, told, times } = problem;
  const isStill = isProblem(problem);
  return {
    key,
    // What has ended is what was told.
    type: isStill ? type : (told?.type ?? type),
    at,
    ...(site === undefined ? {} : { site }),
    ...(device === undefined ? {} : { device }),
    detail,
    times,
    state: isStill ? 'problem' : 'resolved',
    ...(isStill || told === null ? {} : { toldAt: told.at }),
  };
}

function afterTelling(problem: Problem, now: number): Problem {
  if (!isProblem(problem)) return { ...problem, isNew: false, told: null };
  if (problem.passes) return { ...problem, isNew: false, isOpen: false, told: null };
  return { ...problem, isNew: false, told: { type: problem.type, at: now } };
}

export interface Gathered {
  readonly changes: readonly Change[];
  /** With the changes as told. */
  readonly problems: Problems;
}

/** What is to be told now, all in one: nothing before something is due, then also what came after it. */
export function gather(before: Problems, gatherMs: number, now: number): Gathered {
  const due = nextDue(before, gatherMs);
  if (due === null || due > now) return { changes: [], problems: before };
  const changes: Change[] = [];
  const problems = new Map<string, Problem>();
  for (const [key, problem] of before) {
    const own = dueAt(problem, gatherMs);
    // What flaps keeps its own time.
    const isTold = own !== null && (own <= now || problem.isOpen || problem.times === 1);
    if (isTold) changes.push(changeOf(problem));
    problems.set(key, isTold ? afterTelling(problem, now) : problem);
  }
  return { changes, problems };
}

/** Without those of which nobody needs to know any more. */
export function withoutOld(before: Problems, now: number): Problems {
  const kept = [...before].filter(([, { isOpen, told, seenAt }]) => {
    const isSettled = !isOpen && told === null;
    return now - seenAt < (isSettled ? HOUR : FORGOTTEN_AFTER_MS);
  });
  return new Map(kept);
}
