// Lets the other preloads see every statement that the agent runs on its databases, before and after.
import { basename } from 'node:path';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { agentHome } from './home.ts';

export interface DatabaseWatcher {
  /** `values`: what the statement's parameters are. */
  readonly before?: (sql: string, values: readonly unknown[], database: DatabaseSync) => void;
  readonly after?: (database: DatabaseSync) => void;
  /** The statement was refused. */
  readonly failed?: (database: DatabaseSync) => void;
}

const watchers: DatabaseWatcher[] = [];
const owners = new WeakMap<StatementSync, DatabaseSync>();

/** `journal.db`, `punches.db`; empty for one in memory. */
export function fileOf(database: DatabaseSync): string {
  return basename(database.location() ?? '');
}

/** Statements that do not go through the watchers. */
export const unwatched = { exec: DatabaseSync.prototype.exec, prepare: DatabaseSync.prototype.prepare };

function watched<T>(database: DatabaseSync, sql: string, values: readonly unknown[], work: () => T): T {
  for (const { before } of watchers) before?.(sql, values, database);
  let result: T;
  try {
    result = work();
  } catch (error) {
    for (const { failed } of watchers) failed?.(database);
    throw error;
  }
  for (const { after } of watchers) after?.(database);
  return result;
}

/** In an agent's process: `watcher` sees what happens to its databases from now on. Watchers are told in their order. */
export function watchDatabases(watcher: DatabaseWatcher): void {
  if (agentHome !== null) watchers.push(watcher);
}

if (agentHome !== null) {
  const { run } = StatementSync.prototype;
  const { exec, prepare } = unwatched;
  DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...given): StatementSync {
    const statement = prepare.apply(this, given);
    if (fileOf(this) !== '') owners.set(statement, this);
    return statement;
  };
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
    if (fileOf(this) === '') exec.call(this, sql);
    else watched(this, sql, [], () => exec.call(this, sql));
  };
  StatementSync.prototype.run = function (this: StatementSync, ...values: unknown[]) {
    const owner = owners.get(this);
    const work = () => run.apply(this, values as Parameters<typeof run>);
    return owner === undefined ? work() : watched(owner, this.sourceSQL, values, work);
  } as typeof run;
}
