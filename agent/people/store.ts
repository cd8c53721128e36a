// What the keeper of people remembers, on disk: who is wanted where, how that stands, and what is about to be written.
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { Database } from '../database.ts';
import { SecretBox } from '../journal/secret-box.ts';
import { FINGER_TABLES, FingerInventory, TOLD_TABLE } from './finger-inventory.ts';
import { type PersonTask, taskSchema } from './task.ts';
import { type Wanted, wantedSchema } from './wanted.ts';

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE names (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE probe (sealed BLOB NOT NULL) STRICT;
  CREATE TABLE wanted (
    device TEXT NOT NULL,
    person TEXT NOT NULL,
    user_id TEXT NOT NULL,
    is_due INTEGER NOT NULL,
    has_former INTEGER NOT NULL,
    wanted TEXT NOT NULL,
    password BLOB,
    PRIMARY KEY (device, person)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX wanted_by_badge ON wanted (device, user_id);
  CREATE INDEX wanted_due ON wanted (device) WHERE is_due = 1;
  CREATE INDEX wanted_former ON wanted (device) WHERE has_former = 1;
  CREATE TABLE tasks (id TEXT PRIMARY KEY, device TEXT NOT NULL, task BLOB NOT NULL) STRICT;
  CREATE INDEX wanted_person ON wanted (person);
  `,
  FINGER_TABLES,
  TOLD_TABLE,
];

const STORE = 'store';
const PROBE = ['probe', 'wants'];
/** Of a version that sealed PINs alone. That one cannot open the probe of today: put back, it begins anew, and the cloud tells it everything. */
const OLDER_PROBE = ['probe'];
const IS_OF_DEVICE = 'SELECT * FROM wanted WHERE device = ?';

/**
 * Every write is on disk when the call returns; those in one `atomically` are so together. Names, PINs and cards lie sealed.
 * @throws SerenoError `agent_storage`
 */
export class PeopleStore {
  readonly fingers: FingerInventory;
  readonly #database: Database;
  readonly #box: SecretBox;
  #id = '';
  readonly #devices = new Set<string>();

  /** Opens or makes `people.db` in `folder`. @throws SerenoError `agent_storage` */
  constructor(folder: string, site: string) {
    this.#database = new Database({ folder, name: 'people.db', migrations: MIGRATIONS }, site);
    this.fingers = new FingerInventory(this.#database);
    this.#box = new SecretBox({ folder, keyFile: 'people.key', site });
    this.#begin();
  }

  /** Names this memory: another one has another. */
  get id(): string {
    return this.#id;
  }

  /** A secret of the agent's own, made at first use; lost with this memory. */
  secret(name: string, make: () => Uint8Array): Buffer {
    const known = this.#note(name);
    const secret = known === null ? null : this.#box.open([name], Buffer.from(known, 'base64'));
    if (secret !== null) return secret;
    const fresh = Buffer.from(make());
    this.#putNote(name, this.#box.seal([name], fresh).toString('base64'));
    return fresh;
  }

  close(): void {
    this.#database.close();
  }

  /** All of `work` is kept, or nothing of it. */
  atomically<T>(work: () => T): T {
    return this.#database.atomically(work);
  }

  /** Those for which anybody was ever wanted. */
  devices(): string[] {
    return [...this.#devices];
  }

  has(device: string): boolean {
    return this.#devices.has(device);
  }

  of(device: string): Wanted[] {
    return this.#database.all(IS_OF_DEVICE, device).map((row) => this.#read(row));
  }

  /** Those for whom the terminal was not seen yet as this version wants it. */
  due(device: string): Wanted[] {
    return this.#database.all(`${IS_OF_DEVICE} AND is_due = 1`, device).map((row) => this.#read(row));
  }

  /** Whoever has, had or must not have that badge there. */
  byBadge(device: string, userId: string): Wanted[] {
    const now = this.#database.all(`${IS_OF_DEVICE} AND user_id = ?`, device, userId);
    const before = this.#database.all(`${IS_OF_DEVICE} AND has_former = 1`, device);
    const had = before.map((row) => this.#read(row)).filter(({ former }) => former.includes(userId));
    return [...now.map((row) => this.#read(row)).filter(({ former }) => !former.includes(userId)), ...had];
  }

  /** The person at every terminal. */
  everywhere(person: string): Wanted[] {
    const rows = this.#database.all('SELECT * FROM wanted WHERE person = ?', person);
    return rows.map((row) => this.#read(row));
  }

  find(device: string, person: string): Wanted | undefined {
    const row = this.#database.get(`${IS_OF_DEVICE} AND person = ?`, device, person);
    return row === undefined ? undefined : this.#read(row);
  }

  put(wanted: Wanted): void {
    const { device, person, userId, want, isKept, reached, former } = wanted;
    const sealed = want === null ? null : this.#box.seal(wantPlace(device, person), bytesOf(want));
    this.#database.run(
      'INSERT OR REPLACE INTO wanted VALUES (?, ?, ?, ?, ?, ?, ?)',
      device,
      person,
      userId,
      isKept && !reached ? 1 : 0,
      former.length > 0 ? 1 : 0,
      JSON.stringify({ ...wanted, want: want === null ? null : {} }),
      sealed,
    );
    this.#devices.add(device);
  }

  tasks(): PersonTask[] {
    const rows = this.#database.all('SELECT id, task FROM tasks ORDER BY id');
    return rows.flatMap(({ id, task }) => {
      const clear = this.#box.open(['task', String(id)], task as Uint8Array);
      return clear === null ? [] : taskSchema.parse(JSON.parse(clear.toString('utf8')));
    });
  }

  putTask(task: PersonTask): void {
    const sealed = this.#box.seal(['task', task.id], Buffer.from(JSON.stringify(task)));
    this.#database.run('INSERT OR REPLACE INTO tasks VALUES (?, ?, ?)', task.id, task.device, sealed);
  }

  removeTask(id: string): void {
    this.#database.run('DELETE FROM tasks WHERE id = ?', id);
  }

  /** The terminal that stands there now, by its serial number: another one in the place of the one that was known has nothing of it yet. */
  meet(device: string, serial: string | null): void {
    const before = this.#note(serialNote(device));
    if (serial === null || before === serial) return;
    this.atomically(() => {
      this.#putNote(serialNote(device), serial);
      if (before === null) return;
      this.fingers.forget(device);
      for (const wanted of this.of(device)) {
        if (wanted.isKept)
          this.put({ ...wanted, reached: false, stands: false, former: [], stood: [], told: null });
      }
    });
  }

  /** Everything about a device that is no more. */
  forget(device: string): void {
    this.atomically(() => {
      this.#database.run('DELETE FROM wanted WHERE device = ?', device);
      this.#database.run('DELETE FROM tasks WHERE device = ?', device);
      this.fingers.forget(device);
      this.#database.run('DELETE FROM names WHERE name = ?', serialNote(device));
    });
    this.#devices.delete(device);
  }

  /** A memory whose secrets nobody can open any more is no memory: the cloud sees by its new name that it must tell all again. */
  #begin(): void {
    const probe = this.#database.get('SELECT sealed FROM probe')?.sealed;
    const opens = (place: readonly string[]) =>
      probe !== undefined && this.#box.open(place, probe as Uint8Array) !== null;
    if (opens(OLDER_PROBE)) this.#sealOlder();
    else if (!opens(PROBE)) {
      this.atomically(() => {
        for (const table of ['names', 'probe', 'wanted', 'tasks', 'finger_looks', 'hands', 'hands_told']) {
          this.#database.run(`DELETE FROM ${table}`);
        }
        this.#putProbe();
        this.#putNote(STORE, randomUUID());
      });
    }
    this.#id = z.uuid().parse(this.#note(STORE));
    const rows = this.#database.all('SELECT DISTINCT device FROM wanted');
    for (const { device } of rows) this.#devices.add(String(device));
  }

  #putProbe(): void {
    this.#database.run('DELETE FROM probe');
    this.#database.run('INSERT INTO probe VALUES (?)', this.#box.seal(PROBE, Buffer.from('open')));
  }

  #note(name: string): string | null {
    const value = this.#database.get('SELECT value FROM names WHERE name = ?', name)?.value;
    return value === undefined ? null : String(value);
  }

  #putNote(name: string, value: string): void {
    this.#database.run('INSERT OR REPLACE INTO names VALUES (?, ?)', name, value);
  }

  #read({ wanted, password, device, person }: Record<string, unknown>): Wanted {
    const { want, ...rest } = JSON.parse(String(wanted)) as { want: object | null };
    const sealed = this.#opened(String(device), String(person), password as Uint8Array | null);
    return wantedSchema.parse({ ...rest, want: want === null ? null : { ...want, ...sealed } });
  }

  #opened(device: string, person: string, sealed: Uint8Array | null): object {
    if (sealed === null) return {};
    const whole = this.#box.open(wantPlace(device, person), sealed);
    if (whole !== null) return JSON.parse(whole.toString('utf8')) as object;
    // An earlier version sealed the PIN alone.
    const password = this.#box.open([device, person], sealed);
    return password === null ? {} : { password: password.toString('utf8') };
  }

  /** What an earlier version left in clear is sealed. */
  #sealOlder(): void {
    const rows = this.#database.all('SELECT * FROM wanted');
    this.atomically(() => {
      for (const row of rows) this.put(this.#read(row));
      this.#putProbe();
    });
  }
}

function wantPlace(device: string, person: string): string[] {
  return ['want', device, person];
}

function bytesOf(want: object): Buffer {
  return Buffer.from(JSON.stringify(want), 'utf8');
}

/** Under which name the serial number stands of the terminal that all of this is known of. */
function serialNote(device: string): string {
  return `serial/${device}`;
}
