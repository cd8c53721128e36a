// Loaded into an agent's process: it dies at a moment of its journal that a file beside its agent.yaml names.
import { readFileSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { agentHome } from './home.ts';
import { watchJournal } from './journal-watch.ts';

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

/** The state that a statement brings a command to, or null. */
function stateOf(sql: string, values: readonly unknown[]): string | null {
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
  let reached: string[] = [];
  watchJournal({
    before(sql, values) {
      const state = stateOf(sql, values);
      if (state === null) return;
      arrive(`${state}-before`);
      reached.push(state);
    },
    after(database) {
      if (reached.length === 0 || database.isTransaction) return;
      const states = reached;
      reached = [];
      for (const state of states) arrive(`${state}-after`);
    },
    failed() {
      reached = [];
    },
  });
}
