// From plans to tasks: what of a batch depends on each other is one task, and so is all that is written for one user.
import { ulid } from 'ulid';
import type { IdentifierInfo } from '../../shared/domain/access-identifier.ts';
import type { Roster } from '../terminal/tables/roster.ts';
import type { ItemsPlan } from './plan-items.ts';
import { type Change, planSlots, type Work } from './plan-slots.ts';
import { isWanted, type Rule } from './rule.ts';
import type { Infos } from './store.ts';
import type { Note, Task } from './task.ts';

/** So long a write may wait for its turn: one that nobody waits for is tried again, and a batch that has begun is gone through. */
const WRITE_MS = 60_000;

export interface Moment {
  readonly device: string;
  readonly now: number;
}

/** What a `Work` comes to, as a task of its own. */
export function taskOfWork(work: Work, { device, now }: Moment): Task {
  const rules = work.changes.map(({ rule }) => rule);
  return {
    ...emptyTask(device),
    users: [work.userId],
    writes: writesOf([work], rules, now),
    urgency: work.isOverdue ? 'overdue' : 'rule',
    notes: work.changes.map(noteOf),
    guests: work.guest ? [work.guest] : [],
    lostGuests: work.guest === null ? [work.userId] : [],
  };
}

export interface BatchMoment extends Moment {
  readonly command: string;
  /** The rules before it. */
  readonly before: readonly Rule[];
  readonly roster: Roster;
}

/** The tasks of a batch, and its answers: null where they depend on a task. */
export function tasksOfBatch(plan: ItemsPlan, moment: BatchMoment): { infos: Infos; tasks: Task[] } {
  const { device, now, before, roster } = moment;
  const touched = new Set(plan.items.flatMap(({ users }) => users));
  const { rules, guests, surplus } = plan;
  const includes = (userId: string) => touched.has(userId);
  const works = planSlots({
    rules: rules.filter(({ userId }) => includes(userId)),
    guests: guests.filter(({ userId }) => includes(userId)),
    surplus,
    roster,
    now,
    includes,
    reason: 'asked',
  });
  const workOf = new Map(works.map((work) => [work.userId, work]));
  const infos: Infos = plan.items.map(({ info, users }) => (users.length === 0 ? info : null));
  const beforeOf = Map.groupBy(before, ({ userId }) => userId);
  const afterOf = Map.groupBy(rules, ({ userId }) => userId);
  const knownBefore = new Map(before.map((rule) => [rule.id, rule]));
  const kept = new Set(rules.map(({ id }) => id));

  const tasks = groupsOf(plan).map(({ users, items }): Task => {
    const own = users.flatMap((userId) => workOf.get(userId) ?? []);
    const puts = users
      .flatMap((userId) => afterOf.get(userId) ?? [])
      .filter((rule) => rule !== knownBefore.get(rule.id));
    const gone = users.flatMap((userId) => beforeOf.get(userId) ?? []).filter(({ id }) => !kept.has(id));
    const ends = gone.map(({ id, held }): Note => {
      return { rule: id, set: null, event: held ? { type: 'rule.off', reason: 'asked' } : null };
    });
    const changes = own.flatMap((work) => work.changes);
    const task: Task = {
      ...emptyTask(device),
      command: moment.command,
      items,
      users,
      writes: writesOf(own, [...puts, ...changes.map(({ rule }) => rule)], now),
      puts: puts.map((rule) => ({ rule, goesOn: goesOn(rule, knownBefore.get(rule.id)) })),
      notes: [...ends, ...changes.map(noteOf)],
      guests: guests.flatMap((guest) => {
        const after = workOf.get(guest.userId)?.guest;
        return users.includes(guest.userId) && after !== null ? [after ?? guest] : [];
      }),
      lostGuests: own.filter(({ guest }) => guest === null).map(({ userId }) => userId),
    };
    if (own.some(({ isTaken }) => isTaken) || !isFulfilled(puts, changes, now))
      return unfulfilled(task, infos);
    return task;
  });
  return { infos, tasks: tasks.filter(({ items }) => items.length > 0) };
}

/** The last net under every answer: after the writes the terminal holds exactly what these rules want. */
function isFulfilled(puts: readonly Rule[], changes: readonly Change[], now: number): boolean {
  return puts.every((rule) => {
    const change = changes.findLast((each) => each.rule.id === rule.id);
    return change?.set !== null && (change?.set.held ?? rule.held) === isWanted(rule, now);
  });
}

/** The count of passes is the same as before, not begun anew. */
function goesOn(rule: Rule, before: Rule | undefined): boolean {
  return rule.since === before?.since && rule.passes === before.passes;
}

function unfulfilled(task: Task, infos: Infos): Task {
  for (const { index } of task.items) infos[index] = 'terminal_refused';
  return { ...task, items: [] };
}

interface Group {
  readonly users: string[];
  readonly items: { readonly index: number; readonly info: IdentifierInfo }[];
}

/** Items that share a user, directly or over others, stand or fall together. */
function groupsOf({ items }: ItemsPlan): Group[] {
  const groupOf = new Map<string, Group>();
  items.forEach(({ info, users }, index) => {
    if (users.length === 0) return;
    const joined = new Set(users.flatMap((userId) => groupOf.get(userId) ?? []));
    const all = [...joined];
    const group: Group = {
      users: [...new Set([...all.flatMap((each) => each.users), ...users])],
      items: [...all.flatMap((each) => each.items), { index, info }],
    };
    for (const userId of group.users) groupOf.set(userId, group);
  });
  return [...new Set(groupOf.values())];
}

/** A number does not come on any more once its window is over. */
function writesOf(works: readonly Work[], rules: readonly Rule[], now: number): Task['writes'] {
  const ends = rules.filter((rule) => isWanted(rule, now)).flatMap(({ window }) => window?.to ?? []);
  const deadline = Math.min(now + WRITE_MS, ...ends.map((to) => to * 1000));
  return works.flatMap(({ writes }) =>
    writes.map((write) => ({ id: ulid(), issuedAt: now, notAfter: deadline, ...write })),
  );
}

function noteOf({ rule, set, event }: Change): Note {
  return { rule: rule.id, set, event };
}

function emptyTask(device: string): Task {
  return {
    id: ulid(),
    device,
    command: null,
    items: [],
    users: [],
    writes: [],
    urgency: 'rule',
    puts: [],
    notes: [],
    guests: [],
    lostGuests: [],
  };
}
