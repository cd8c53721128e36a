// What the keeper of rules remembers, on disk beside the journal: rules, guests, counted punches, and what it is about to write.
import * as z from 'zod';
import {
  type IdentifierInfo,
  identifierInfoSchema,
  WIEGAND_DEFAULT,
  type Wiegand,
  wiegandSchema,
} from '../../shared/domain/access-identifier.ts';
import { Database } from '../database.ts';
import type { Guest } from './plan-slots.ts';
import { type Rule, ruleSchema } from './rule.ts';
import { type Task, taskSchema } from './task.ts';

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE names (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE rules (id TEXT PRIMARY KEY, device TEXT NOT NULL, rule TEXT NOT NULL) STRICT;
  CREATE TABLE counted (rule TEXT NOT NULL, punch TEXT NOT NULL, PRIMARY KEY (rule, punch)) STRICT, WITHOUT ROWID;
  CREATE TABLE guests (
    device TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    is_there INTEGER NOT NULL,
    PRIMARY KEY (device, user_id)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE wiegand (device TEXT PRIMARY KEY, mode TEXT NOT NULL, type TEXT NOT NULL) STRICT;
  CREATE TABLE commands (id TEXT PRIMARY KEY, at INTEGER NOT NULL, infos TEXT NOT NULL) STRICT;
  CREATE TABLE tasks (id TEXT PRIMARY KEY, task TEXT NOT NULL) STRICT;
  `,
];

/** Answers are kept for as long as the journal may ask for one again. */
const KEEP_COMMANDS_MS = 9 * 86_400_000;

/** Answers of a batch, as far as they are known. */
const infosSchema = z.array(identifierInfoSchema.nullable());
export type Infos = (IdentifierInfo | null)[];

/**
 * Reads come from memory. Every write is on disk when the call returns; those in one `atomically` are so together.
 * @throws SerenoError `agent_storage`
 */
export class AccessStore {
  readonly #database: Database;
  #rules = new Map<string, Map<string, Rule>>();
  #guests = new Map<string, Map<string, Guest>>();

  /** Opens or makes `access.db` in `folder`. @throws SerenoError `agent_storage` */
  constructor(folder: string, site: string) {
    this.#database = new Database({ folder, name: 'access.db', migrations: MIGRATIONS }, site);
    this.#load();
  }

  close(): void {
    this.#database.close();
  }

  /** All of `work` is kept, or nothing of it. */
  atomically<T>(work: () => T): T {
    try {
      return this.#database.atomically(work);
    } catch (error) {
      this.#load();
      throw error;
    }
  }

  devices(): string[] {
    return [...new Set([...this.#rules.keys(), ...this.#guests.keys()])];
  }

  rules(device: string): Rule[] {
    return [...(this.#rules.get(device)?.values() ?? [])];
  }

  rule(device: string, id: string): Rule | undefined {
    return this.#rules.get(device)?.get(id);
  }

  putRule(rule: Rule): void {
    const { id, device } = rule;
    this.#database.run('INSERT OR REPLACE INTO rules VALUES (?, ?, ?)', id, device, JSON.stringify(rule));
    inner(this.#rules, device).set(id, rule);
  }

  removeRule({ id, device }: Pick<Rule, 'id' | 'device'>): void {
    this.#database.run('DELETE FROM rules WHERE id = ?', id);
    this.#database.run('DELETE FROM counted WHERE rule = ?', id);
    this.#rules.get(device)?.delete(id);
  }

  /** True if this punch was not yet counted for that rule: now it is. */
  count(rule: Rule, punch: string): boolean {
    const known = this.#database.get('SELECT 1 FROM counted WHERE rule = ? AND punch = ?', rule.id, punch);
    if (known !== undefined) return false;
    this.#database.run('INSERT INTO counted VALUES (?, ?)', rule.id, punch);
    return true;
  }

  guests(device: string): Guest[] {
    return [...(this.#guests.get(device)?.values() ?? [])];
  }

  putGuest(device: string, guest: Guest): void {
    const { userId, name, isThere } = guest;
    const values = [device, userId, name, isThere ? 1 : 0] as const;
    this.#database.run('INSERT OR REPLACE INTO guests VALUES (?, ?, ?, ?)', ...values);
    inner(this.#guests, device).set(userId, guest);
  }

  removeGuest(device: string, userId: string): void {
    this.#database.run('DELETE FROM guests WHERE device = ? AND user_id = ?', device, userId);
    this.#guests.get(device)?.delete(userId);
  }

  wiegand(device: string): Wiegand {
    const row = this.#database.get('SELECT mode, type FROM wiegand WHERE device = ?', device);
    return row === undefined ? WIEGAND_DEFAULT : wiegandSchema.parse({ mode: row.mode, type: row.type });
  }

  putWiegand(device: string, { mode, type }: Wiegand): void {
    this.#database.run('INSERT OR REPLACE INTO wiegand VALUES (?, ?, ?)', device, mode, type);
  }

  /** Null: no such batch was begun. */
  infos(command: string): Infos | null {
    const row = this.#database.get('SELECT infos FROM commands WHERE id = ?', command);
    return row === undefined ? null : infosSchema.parse(JSON.parse(String(row.infos)));
  }

  putInfos(command: string, infos: Infos, now: number): void {
    this.#database.run(
      `INSERT INTO commands VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET infos = excluded.infos`,
      command,
      now,
      JSON.stringify(infos),
    );
  }

  tasks(): Task[] {
    const rows = this.#database.all('SELECT task FROM tasks ORDER BY id');
    return rows.map(({ task }) => taskSchema.parse(JSON.parse(String(task))));
  }

  putTask(task: Task): void {
    this.#database.run('INSERT OR REPLACE INTO tasks VALUES (?, ?)', task.id, JSON.stringify(task));
  }

  removeTask(id: string): void {
    this.#database.run('DELETE FROM tasks WHERE id = ?', id);
  }

  note(name: string): string | null {
    const value = this.#database.get('SELECT value FROM names WHERE name = ?', name)?.value;
    return value === undefined ? null : String(value);
  }

  putNote(name: string, value: string): void {
    this.#database.run('INSERT OR REPLACE INTO names VALUES (?, ?)', name, value);
  }

  removeNote(name: string): void {
    this.#database.run('DELETE FROM names WHERE name = ?', name);
  }

  /** Answers that nobody asks for again. */
  tidy(now: number): void {
    this.#database.run('DELETE FROM commands WHERE at < ?', now - KEEP_COMMANDS_MS);
  }

  /** Everything about a device that is no more. */
  forget(device: string): void {
    this.atomically(() => {
      for (const rule of this.rules(device)) this.removeRule(rule);
      for (const { userId } of this.guests(device)) this.removeGuest(device, userId);
      this.#database.run('DELETE FROM wiegand WHERE device = ?', device);
      for (const task of this.tasks()) if (task.device === device) this.removeTask(task.id);
      const left = `left/${device}/`;
      this.removeNote(badgeNote(device));
      this.#database.run('DELETE FROM names WHERE substr(name, 1, ?) = ?', left.length, left);
    });
    this.#rules.delete(device);
    this.#guests.delete(device);
  }

  #load(): void {
    this.#rules = new Map();
    this.#guests = new Map();
    for (const row of this.#database.all('SELECT rule FROM rules ORDER BY id')) {
      const rule = ruleSchema.parse(JSON.parse(String(row.rule)));
      inner(this.#rules, rule.device).set(rule.id, rule);
    }
    for (const row of this.#database.all('SELECT * FROM guests')) {
      const guest = { userId: String(row.user_id), name: String(row.name), isThere: row.is_there === 1 };
      inner(this.#guests, String(row.device)).set(guest.userId, guest);
    }
  }
}

/** Under which name the last badge stands that was given to a guest. */
export function badgeNote(device: string): string {
  return `badge/${device}`;
}

function inner<V>(map: Map<string, Map<string, V>>, key: string): Map<string, V> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const fresh = new Map<string, V>();
  map.set(key, fresh);
  return fresh;
}
