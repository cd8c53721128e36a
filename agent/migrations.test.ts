// An update of the agent may be taken back: the version before opens what the later one has written. So its databases may only be added to.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MIGRATIONS as access } from './access/store.ts';
import { openDatabase } from './database.ts';
import { MIGRATIONS as journal } from './journal/schema.ts';
import { MIGRATIONS as people } from './people/store.ts';
import { MIGRATIONS as punches } from './punches/database.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-migrations-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Of each table its columns, with what must be given of a row and what need not. */
function shapeOf(database: DatabaseSync): Map<string, Map<string, { needed: boolean }>> {
  const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all();
  return new Map(
    tables.map(({ name }) => {
      const columns = database
        .prepare(`SELECT name, "notnull", dflt_value FROM pragma_table_info('${name}')`)
        .all();
      const shape = columns.map(
        ({ name: column, notnull, dflt_value }) =>
          [String(column), { needed: notnull === 1 && dflt_value === null }] as const,
      );
      return [String(name), new Map(shape)];
    }),
  );
}

function shapeAfter(migrations: readonly string[]) {
  const database = new DatabaseSync(':memory:');
  for (const migration of migrations) database.exec(migration);
  const shape = shapeOf(database);
  database.close();
  return shape;
}

describe.each(Object.entries({ journal, punches, access, people }))('%s', (name, migrations) => {
  const versions = migrations.map((_, index) => index + 1);

  test.each(versions)(
    'what version %i of the file knows is there in the newest one, and nothing more must be given',
    (version) => {
      const newest = shapeAfter(migrations);
      for (const [table, columns] of shapeAfter(migrations.slice(0, version))) {
        const now = newest.get(table) ?? new Map<string, { needed: boolean }>();
        expect([...now.keys()]).toEqual(expect.arrayContaining([...columns.keys()]));
        const added = [...now].filter(([column]) => !columns.has(column));
        expect([table, added.filter(([, { needed }]) => needed)]).toEqual([table, []]);
      }
    },
  );

  test('an agent that knows fewer versions opens the newest file, and leaves its version as it is', () => {
    const file = { folder, name: `${name}.db` };
    openDatabase({ ...file, migrations }, 'norte').close();
    const older = openDatabase({ ...file, migrations: migrations.slice(0, 1) }, 'norte');
    expect(older.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length });
    older.close();
  });
});
