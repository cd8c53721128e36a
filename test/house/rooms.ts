// The table of folders in docs/architecture.md, and the lint rules that it stands for.
import { readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';

export const ROOT = new URL('../..', import.meta.url).pathname;

/** A row of the table for one folder: `agent/zk`, or `agent/*.ts` for the files that lie in a folder itself. */
export interface Room {
  readonly name: string;
  /** The folders and files that it may import, besides itself; null: everything. */
  readonly allowed: readonly string[] | null;
  /** Packages that it may not import. */
  readonly banned: readonly string[];
}

const FILES = '/*.ts';
const ROW = /^\| (`[^|]+`) \|[^|]+\| ([^|]+) \|$/gm;
/** The packages behind words of the last column. */
export const BANS = {
  'no I/O': ['node:*', '@aws-sdk/*', '@aws-lambda-powertools/*'],
  'no HTTP': ['@middy/*', 'aws-lambda'],
} as const;

function quoted(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+?)\/?`/g)].map(([, name = '']) => name);
}

/** The rows of the section "Folders". */
export function readRooms(): Room[] {
  const page = readFileSync(`${ROOT}docs/architecture.md`, 'utf8');
  const [, section = ''] = page.split('\n## Folders\n');
  const [table = ''] = section.split('\n## ');
  return [...table.matchAll(ROW)].flatMap(([, names = '', may = '']) =>
    quoted(names).map((name) => ({
      name,
      allowed: may.startsWith('everything') ? null : quoted(may),
      banned: Object.entries(BANS).flatMap(([words, packages]) => (may.includes(words) ? packages : [])),
    })),
  );
}

/** The folder that a room's files lie in. */
export function folderOf(name: string): string {
  return name.endsWith(FILES) ? dirname(name) : name;
}

/** True if files of `room` may import files of `other`. */
export function mayImport(room: Room, other: string): boolean {
  if (room.allowed === null || folderOf(room.name) === folderOf(other)) return true;
  // The files of a folder may use what lies under it: they put it together.
  if (folderOf(other).startsWith(`${folderOf(room.name)}/`)) return true;
  return room.allowed.some((allowed) => allowed === other || `${folderOf(other)}/`.startsWith(`${allowed}/`));
}

/** How many folders up the highest one lies that is allowed as a whole and holds the room itself. */
function depthOf(folder: string, allowed: readonly string[]): number {
  const ups = allowed.filter((name) => folder.startsWith(`${name}/`));
  return Math.max(0, ...ups.map((name) => posix.relative(folder, name).split('/').length));
}

function patternsOf({ name, allowed, banned }: Room): string[] {
  const folder = folderOf(name);
  const whole = allowed ?? [];
  const outside = `${'../'.repeat(depthOf(folder, whole) + 1)}**`;
  const inside = whole
    .filter((other) => !`${folder}/`.startsWith(`${other}/`))
    .map((other) => `!${posix.relative(folder, other)}${other.endsWith('.ts') ? '' : '/**'}`);
  return [outside, ...inside, ...banned];
}

/** The part of Biome's configuration that holds the rooms apart, as text. */
export function lintRules(rooms: readonly Room[]): string {
  const restrict = (value: unknown) => ({ linter: { rules: { style: { noRestrictedImports: value } } } });
  const rows = rooms
    .filter(({ allowed }) => allowed !== null)
    .map((room) => ({
      includes: [room.name.endsWith(FILES) ? room.name : `${room.name}/**`],
      ...restrict({
        level: 'error',
        options: {
          patterns: [
            {
              group: patternsOf(room),
              message: `${room.name} may not import this: see the table of folders in docs/architecture.md.`,
            },
          ],
        },
      }),
    }));
  const tests = { includes: ['**/*.test.ts', '**/testing/**'], ...restrict('off') };
  return `{ "overrides": [\n${[...rows, tests].map((row) => JSON.stringify(row)).join(',\n')}\n] }\n`;
}
