// Loaded into an agent's process: it dies at a moment of its databases that a file beside its agent.yaml names.
import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { fileOf, watchDatabases } from './database-watch.ts';
import { agentHome } from './home.ts';

/** `started-after 2`: dies when a command has gone to `started` for the second time. Gone once it has struck. */
export const DEATH_FILE = 'die-at';

/**
 * `before`: the change is not in the journal. `after`: it is, and nothing that follows from it has happened: no PUBACK
 * after `received`, no write after `started`, no reply after `verified`.
 */
export const JOURNAL_POINTS = [
  'received-before',
  'received-after',
  'started-before',
  'started-after',
  'written-before',
  'written-after',
  'verified-before',
  'verified-after',
  'replied-before',
  'replied-after',
] as const;
export type JournalPoint = (typeof JOURNAL_POINTS)[number];

/** The same of the memory of punches: an event goes into its outbox (`told`), or out of it as the cloud has it (`forgotten`). */
export const PUNCH_POINTS = ['told-before', 'told-after', 'forgotten-before', 'forgotten-after'] as const;
export type PunchPoint = (typeof PUNCH_POINTS)[number];

/** The same of the memory of rules: how one stands (`ruled`), what is about to be written for one (`planned`). */
export const RULE_POINTS = ['ruled-before', 'ruled-after', 'planned-before', 'planned-after'] as const;
export type RulePoint = (typeof RULE_POINTS)[number];

/** The same of the memory of people: how one stands (`kept`), what is about to be written for one (`intended`). */
export const PEOPLE_POINTS = ['kept-before', 'kept-after', 'intended-before', 'intended-after'] as const;
export type PeoplePoint = (typeof PEOPLE_POINTS)[number];

/** The state of a command that a statement brings about, or what it does to the outbox of punches; else null. */
function stateOf(sql: string, values: readonly unknown[], database: DatabaseSync): string | null {
  if (fileOf(database) === 'punches.db') {
    if (sql.startsWith('INSERT INTO outbox')) return 'told';
    return sql.startsWith('DELETE FROM outbox') ? 'forgotten' : null;
  }
  if (fileOf(database) === 'access.db') {
    if (sql.startsWith('INSERT OR REPLACE INTO rules')) return 'ruled';
    return sql.startsWith('INSERT OR REPLACE INTO tasks') ? 'planned' : null;
  }
  if (fileOf(database) === 'people.db') {
    if (sql.startsWith('INSERT OR REPLACE INTO wanted')) return 'kept';
    return sql.startsWith('INSERT OR REPLACE INTO tasks') ? 'intended' : null;
  }
  if (/^UPDATE commands SET state = \?/.test(sql)) return String(values[0]);
  const fixed =
    /^(?:INSERT INTO commands|UPDATE commands SET state = ).*?'(received|verified|replied)'/s.exec(sql);
  return fixed?.[1] ?? null;
}

if (agentHome !== null) {
  const file = join(agentHome, DEATH_FILE);
  let seen = 0;
  let order = '';
  const arrive = (point: string): void => {
    let wanted: string;
    try {
      wanted = readFileSync(file, 'utf8');
    } catch {
      return;
    }
    if (wanted !== order) {
      order = wanted;
      seen = 0;
    }
    const [name, nth] = wanted.split(' ');
    if (name !== point || ++seen < Number(nth)) return;
    unlinkSync(file);
    process.kill(process.pid, 'SIGKILL');
  };
  const reached = new Map<DatabaseSync, string[]>();
  watchDatabases({
    before(sql, values, database) {
      const state = stateOf(sql, values, database);
      if (state === null) return;
      arrive(`${state}-before`);
      reached.set(database, [...(reached.get(database) ?? []), state]);
    },
    after(database) {
      if (!reached.has(database) || database.isTransaction) return;
      const states = reached.get(database) ?? [];
      reached.delete(database);
      for (const state of states) arrive(`${state}-after`);
    },
    failed(database) {
      reached.delete(database);
    },
  });
}
