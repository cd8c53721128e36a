// The folders of the house: each has a row in docs/architecture.md, and lint keeps to that table.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { BANS, folderOf, lintRules, mayImport, ROOT, type Room, readRooms } from './rooms.ts';

const rooms = readRooms();
const findings = z.object({
  diagnostics: z.array(z.object({ category: z.string(), location: z.object({ path: z.string() }) })),
});

/** A file of `room` that does not exist yet. */
function fileIn(name: string, stem: string): string {
  return `${folderOf(name)}/${stem}.ts`;
}

/** The files that Biome's rules for the rooms refuse, of files with the texts given. */
function refused(files: ReadonlyMap<string, string>): Set<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sereno-house-'));
  try {
    writeFileSync(join(folder, 'biome.rooms.json'), lintRules(rooms));
    writeFileSync(join(folder, 'biome.json'), '{ "root": true, "extends": ["./biome.rooms.json"] }');
    for (const [file, text] of files) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    }
    const biome = spawnSync(
      `${ROOT}node_modules/.bin/biome`,
      ['lint', '--only=style/noRestrictedImports', '--max-diagnostics=none', '--reporter=json', '.'],
      { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    );
    const { diagnostics } = findings.parse(JSON.parse(biome.stdout));
    expect(new Set(diagnostics.map(({ category }) => category))).toEqual(
      new Set(['lint/style/noRestrictedImports']),
    );
    return new Set(diagnostics.map(({ location }) => location.path.replaceAll('\\', '/')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('every folder with code has a row in the table', () => {
  const files = execFileSync('git', ['ls-files', '*.ts', '*.tsx'], { cwd: ROOT, encoding: 'utf8' }).split(
    '\n',
  );
  const code = files.filter((file) => file.includes('/') && !/\.test\.tsx?$|\/testing\//.test(file));
  const known = new Set(rooms.map(({ name }) => folderOf(name)));
  const free = rooms.filter(({ allowed }) => allowed === null).map(({ name }) => `${folderOf(name)}/`);
  const homeless = [...new Set(code.map((file) => dirname(file)))].filter(
    (folder) => !known.has(folder) && !free.some((parent) => parent !== 'test/' && folder.startsWith(parent)),
  );
  expect(homeless).toEqual([]);
});

test('the lint rules are those of the table (npm run rooms writes them)', async () => {
  await expect(lintRules(rooms)).toMatchFileSnapshot('../../biome.rooms.json');
});

/** Every pair of rooms as a file of the one that imports one of the other. */
function* pairs(): Iterable<{ room: Room; other: string; file: string; text: string }> {
  for (const [i, room] of rooms.entries()) {
    for (const [j, { name: other }] of rooms.entries()) {
      const file = fileIn(room.name, `from-${i}-to-${j}`);
      const path = posix.relative(folderOf(room.name), fileIn(other, 'some'));
      const from = path.startsWith('.') ? path : `./${path}`;
      yield { room, other, file, text: `import type { X } from '${from}';\n\nexport type Y = X;\n` };
    }
  }
}

test('lint refuses each import that the table does not name, of types too, and no other', () => {
  const all = [...pairs()];
  const files = refused(new Map(all.map(({ file, text }) => [file, text])));
  const wrong = all
    .filter(({ room, other, file }) => files.has(file) === mayImport(room, other))
    .map(({ room, other }) => `${room.name} -> ${other}`);
  expect(wrong).toEqual([]);
});

test.each([
  ['no I/O', 'node:fs', /^shared/],
  ['no HTTP', '@middy/core', /^cloud/],
] as const)('lint refuses what "%s" bans, and only there', (words, banned, side) => {
  const bare = rooms.filter((room) => room.banned.includes(BANS[words][0]));
  expect(bare.length).toBeGreaterThan(3);
  expect(bare.filter(({ name }) => !side.test(name))).toEqual([]);
  const text = `import { x } from '${banned}';\n\nexport const y = x;\n`;
  const files = refused(new Map(rooms.map(({ name }) => [fileIn(name, 'reaches-out'), text])));
  expect(files).toEqual(new Set(bare.map(({ name }) => fileIn(name, 'reaches-out'))));
});
