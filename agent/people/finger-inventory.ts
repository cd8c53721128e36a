// Which fingers the users of each terminal have, as its last look has shown: slots alone, never templates.
import * as z from 'zod';
import type { Database } from '../database.ts';

/** Bit n: finger n. */
export interface Hand {
  /** Ordinary fingers. */
  readonly usable: number;
  /** Fingers that raise a silent alarm. */
  readonly duress: number;
  /** Slots that hold anything, perhaps what the terminal calls invalid. */
  readonly taken: number;
}
export const NO_HAND: Hand = { usable: 0, duress: 0, taken: 0 };

/** When and of what the look was. */
const lookSchema = z.strictObject({
  serial: z.string().nullable(),
  /** The terminal's own count of fingers; null where it has none. */
  count: z.int().nullable(),
  /** Which kind of templates it makes; null where it does not say. */
  version: z.string().nullable(),
  /** Epoch ms. */
  at: z.int(),
});
export type FingerLook = z.infer<typeof lookSchema>;

export const FINGER_TABLES = `
  CREATE TABLE finger_looks (device TEXT PRIMARY KEY, look TEXT NOT NULL) STRICT;
  CREATE TABLE hands (
    device TEXT NOT NULL,
    user_id TEXT NOT NULL,
    usable INTEGER NOT NULL,
    duress INTEGER NOT NULL,
    taken INTEGER NOT NULL,
    PRIMARY KEY (device, user_id)
  ) STRICT, WITHOUT ROWID;
`;

export const TOLD_TABLE = `
  CREATE TABLE hands_told (
    device TEXT NOT NULL,
    person TEXT NOT NULL,
    word TEXT NOT NULL,
    tells INTEGER NOT NULL,
    PRIMARY KEY (device, person)
  ) STRICT, WITHOUT ROWID;
`;

/** Every write is on disk when the call returns. @throws SerenoError `agent_storage` */
export class FingerInventory {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Null: nobody has looked at its fingers yet. */
  look(device: string): FingerLook | null {
    const row = this.#database.get('SELECT look FROM finger_looks WHERE device = ?', device);
    return row === undefined ? null : lookSchema.parse(JSON.parse(String(row.look)));
  }

  hand(device: string, userId: string): Hand {
    const row = this.#database.get('SELECT * FROM hands WHERE device = ? AND user_id = ?', device, userId);
    if (row === undefined) return NO_HAND;
    return { usable: Number(row.usable), duress: Number(row.duress), taken: Number(row.taken) };
  }

  /** All that a look has shown. */
  replace(device: string, look: FingerLook, hands: ReadonlyMap<string, Hand>): void {
    this.#database.atomically(() => {
      this.#database.run('DELETE FROM hands WHERE device = ?', device);
      for (const [userId, hand] of hands) this.#put(device, userId, hand);
      this.#note(device, look);
    });
  }

  /** These fingers are there now, too; `count` as the terminal counts them after it, if it is as it should be. */
  add(device: string, userId: string, added: Pick<Hand, 'usable' | 'duress'>, count: number | null): void {
    const before = this.hand(device, userId);
    const usable = before.usable | added.usable;
    const duress = before.duress | added.duress;
    this.#database.atomically(() => {
      this.#put(device, userId, { usable, duress, taken: before.taken | usable | duress });
      const look = this.look(device);
      if (look !== null && count !== null) this.#note(device, { ...look, count });
    });
  }

  /** What the cloud was told last of a person's fingers there, and how often it was told anything of them. */
  told(device: string, person: string): { readonly word: string; readonly tells: number } {
    const sql = 'SELECT word, tells FROM hands_told WHERE device = ? AND person = ?';
    const row = this.#database.get(sql, device, person);
    return row === undefined ? { word: '', tells: 0 } : { word: String(row.word), tells: Number(row.tells) };
  }

  noteTold(device: string, person: string, word: string, tells: number): void {
    this.#database.run('INSERT OR REPLACE INTO hands_told VALUES (?, ?, ?, ?)', device, person, word, tells);
  }

  /** The user is not there any more. */
  drop(device: string, userId: string): void {
    this.#database.run('DELETE FROM hands WHERE device = ? AND user_id = ?', device, userId);
  }

  /** The next look is to be a new one. */
  doubt(device: string): void {
    this.#database.run('DELETE FROM finger_looks WHERE device = ?', device);
  }

  forget(device: string): void {
    this.#database.run('DELETE FROM hands WHERE device = ?', device);
    this.#database.run('DELETE FROM hands_told WHERE device = ?', device);
    this.doubt(device);
  }

  #put(device: string, userId: string, { usable, duress, taken }: Hand): void {
    const sql = 'INSERT OR REPLACE INTO hands VALUES (?, ?, ?, ?, ?)';
    this.#database.run(sql, device, userId, usable, duress, taken);
  }

  #note(device: string, look: FingerLook): void {
    this.#database.run('INSERT OR REPLACE INTO finger_looks VALUES (?, ?)', device, JSON.stringify(look));
  }
}
