// What a task comes to once its writes are made: rules, guests and answers on disk in one transaction, events told before it.
import { createHash } from 'node:crypto';
import { ulid } from 'ulid';
import type { RuleEvent } from '../../shared/wire/events.ts';
import { infoOf } from './outcome.ts';
import type { RuleEvents } from './ports.ts';
import { endedAlready, type Rule, slotOf, stateOf } from './rule.ts';
import type { Ended } from './running.ts';
import type { AccessStore } from './store.ts';
import type { Note, Task } from './task.ts';

export interface CommitPorts {
  readonly store: AccessStore;
  readonly events: RuleEvents;
  readonly now: () => number;
}

/** What is answered to a batch for some of its items. */
type Answer = Pick<Task, 'command' | 'items'>;

/** Tasks are on disk when it returns. @throws SerenoError `agent_storage` */
export function keepTasks(tasks: readonly Task[], { store }: CommitPorts): void {
  store.atomically(() => {
    for (const task of tasks) store.putTask(task);
  });
}

/** What tasks came to, in one transaction. @throws SerenoError `agent_storage` */
export function noteEnded(ended: readonly Ended<Task>[], ports: CommitPorts): void {
  ports.store.atomically(() => {
    for (const { task, outcome } of ended) {
      if (outcome.kind === 'done') commit(task, ports);
      else abandon(task, outcome.kind === 'unknown' && task.command !== null, ports);
    }
    answer(ended.map(answerOf), ports);
  });
}

/** Its writes are made. Inside a transaction of the store. */
function commit(task: Task, ports: CommitPorts): void {
  const { store } = ports;
  const { device } = task;
  for (const { rule, goesOn } of task.puts) putAnew(rule, goesOn, store, ports.now());
  applyNotes(task.notes, device, ports);
  for (const guest of task.guests) store.putGuest(device, guest);
  for (const userId of task.lostGuests) store.removeGuest(device, userId);
  store.removeTask(task.id);
}

/**
 * The writes were not made: nothing is kept of it. `isUnknown`: nobody can tell, so its rules watch over what may be there. Inside
 * a transaction of the store.
 */
function abandon(task: Task, isUnknown: boolean, { store, now }: CommitPorts): void {
  if (isUnknown) {
    for (const { rule, goesOn } of task.puts) {
      const known = store.rule(task.device, rule.id);
      // Where it was until now it may still be.
      if (known?.held === true && isElsewhere(known, rule)) {
        store.putRule({ ...endedAlready(known), id: ulid() });
      }
      putAnew({ ...rule, held: true }, goesOn, store, now());
    }
    for (const guest of task.guests) store.putGuest(task.device, { ...guest, isThere: false });
  }
  store.removeTask(task.id);
}

/** Answers of batches, as far as they are known now. Inside a transaction of the store. */
function answer(answers: readonly Answer[], { store, now }: CommitPorts): void {
  for (const [command, all] of Map.groupBy(answers, (each) => each.command)) {
    const infos = command === null ? null : store.infos(command);
    if (command === null || infos === null) continue;
    for (const { items } of all) for (const { index, info } of items) infos[index] = info;
    store.putInfos(command, infos, now());
  }
}

/** What a task's items are answered. */
function answerOf({ task: { command, items }, outcome }: Ended<Task>): Answer {
  if (outcome.kind === 'done') return { command, items };
  const info = infoOf(outcome);
  return { command, items: items.map(({ index }) => ({ index, info })) };
}

/** Tells what is to be told, and notes how the rules stand. Inside a transaction of the store. */
export function applyNotes(
  notes: readonly Note[],
  device: string,
  { store, events, now }: CommitPorts,
): void {
  for (const { rule: id, set, event } of notes) {
    const rule = store.rule(device, id);
    if (rule === undefined) continue;
    const version = event === null ? rule.version : rule.version + 1;
    if (event !== null) events.tell(eventOf(rule, event, now()));
    if (set === null) store.removeRule(rule);
    else {
      const { held = rule.held, told = rule.told } = set;
      store.putRule({ ...rule, held, told, version });
    }
  }
}

/** The id follows from the rule and how often something was told of it: told again after a crash, it is the same event. */
export function eventOf(rule: Rule, { type, reason }: NonNullable<Note['event']>, at: number): RuleEvent {
  const digest = createHash('sha256').update(`${rule.id}/${rule.version}/${type}`).digest('hex');
  const { device, userId: user_id, type: identifier_type } = rule;
  return { type, id: `rul_${digest.slice(0, 32)}`, device, user_id, identifier_type, reason, at };
}

function isElsewhere(one: Rule, other: Rule): boolean {
  return one.userId !== other.userId || slotOf(one.type) !== slotOf(other.type);
}

/** A rule as a batch wants it; what has happened to it meanwhile stays. */
function putAnew(rule: Rule, goesOn: boolean, store: AccessStore, now: number): void {
  const known = store.rule(rule.device, rule.id);
  const { version } = known ?? rule;
  const passes = goesOn && known !== undefined ? known.passes : rule.passes;
  const isUsedUp = stateOf({ ...rule, passes }, now) === 'used_up';
  store.putRule({ ...rule, version, passes, usedUpAt: isUsedUp ? (known?.usedUpAt ?? now) : null });
}
