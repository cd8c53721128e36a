// Many people of one file: every line is looked at before the first one is written.
import * as z from 'zod';
import type { FieldText } from '../../shared/api/field-texts.ts';
import { type ImportLine, MOST_LINES, personFields, personIdField } from '../../shared/api/people.ts';
import { sideBySide } from '../bounded.ts';
import { CsvError, type CsvLine, csvLines } from './csv.ts';
import { sharedNumbers } from './import-numbers.ts';
import { type Asker, type Plan, planPerson, type Wish, WishError } from './plan.ts';
import type { PeoplePorts } from './ports.ts';

const COLUMNS = ['id', ...Object.keys(personFields)];
const LISTS: ReadonlySet<string> = new Set(['devices', 'sites', 'site_groups']);
const lineSchema = z.strictObject({ id: personIdField, ...personFields });

/** Something wrong in a file: where, and what. */
export interface ImportTrouble {
  /** From 1, as an editor shows it. */
  readonly line: number;
  /** Its name; a number where it has none. */
  readonly column: string;
  readonly text: FieldText;
}

export class ImportError extends Error {
  override readonly name = 'ImportError';
  /** The first of them. */
  readonly troubles: readonly ImportTrouble[];
  /** How many there are. */
  readonly count: number;

  constructor(troubles: readonly ImportTrouble[]) {
    super('not a file of people as it stands');
    this.troubles = troubles.slice(0, MOST_TROUBLES);
    this.count = troubles.length;
  }
}

export interface PlannedLine {
  readonly shown: ImportLine;
  readonly plan: Plan;
  readonly wish: Wish;
}

/** Lines that are looked at side by side. */
const LANES = 20;
/** More are not told: somebody has sent another file. */
const MOST_TROUBLES = 100;

/** What each line would change. @throws ImportError where anything is wrong */
export async function planImport(ports: PeoplePorts, asker: Asker, text: string): Promise<PlannedLine[]> {
  const { head, lines } = read(text);
  const seen = new Set<string>();
  const parsed = lines.map((line) => parsedLine(head, line, seen));
  const results = await sideBySide(parsed, LANES, async (line) =>
    'troubles' in line ? line : planLine(ports, asker, line),
  );
  const planned = results.flatMap((result) => ('plan' in result ? [result] : []));
  const troubles = results.flatMap((result) => ('troubles' in result ? result.troubles : []));
  const all = [...troubles, ...sharedNumbers(planned.map(numbered), asker.map)].sort(
    (one, other) => one.line - other.line,
  );
  if (all.length > 0) throw new ImportError(all);
  return planned;
}

function numbered({ shown: { line }, plan }: PlannedLine) {
  return { line, plan };
}

function failed(line: number, column: string, text: FieldText): ImportError {
  return new ImportError([{ line, column, text }]);
}

/** @throws ImportError for what is no file of people at all */
function read(text: string): { readonly head: readonly string[]; readonly lines: readonly CsvLine[] } {
  if (text.includes('\uFFFD')) {
    const line = text.slice(0, text.indexOf('\uFFFD')).split('\n').length;
    throw failed(line, '1', 'csv_encoding');
  }
  let all: CsvLine[];
  try {
    all = csvLines(text);
  } catch (error) {
    if (error instanceof CsvError) throw failed(error.line, String(error.column), 'csv_quote');
    throw error;
  }
  const [first, ...lines] = all.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  if (first === undefined) throw failed(1, 'id', 'csv_empty');
  const head = first.cells.map((cell) => cell.trim().toLowerCase());
  const unknown = head.findIndex((name) => !COLUMNS.includes(name));
  if (unknown >= 0) throw failed(first.line, String(unknown + 1), 'csv_column');
  const twice = head.find((name, index) => head.indexOf(name) < index);
  if (twice !== undefined) throw failed(first.line, twice, 'repeated');
  if (!head.includes('id')) throw failed(first.line, 'id', 'required');
  if (lines.length === 0) throw failed(first.line, 'id', 'csv_empty');
  if (lines.length > MOST_LINES) throw failed(lines[MOST_LINES]?.line ?? 1, 'id', 'csv_long');
  return { head, lines };
}

type Troubles = { readonly troubles: readonly ImportTrouble[] };

interface ParsedLine {
  readonly line: number;
  readonly id: string;
  readonly wish: Wish;
}

function trouble(line: number, column: string, text: FieldText): Troubles {
  return { troubles: [{ line, column, text }] };
}

/** @param seen ids of the lines before */
function parsedLine(
  head: readonly string[],
  { line, cells }: CsvLine,
  seen: Set<string>,
): ParsedLine | Troubles {
  if (cells.length !== head.length) return trouble(line, String(cells.length), 'csv_columns');
  const parsed = lineSchema.safeParse(given(head, cells));
  if (!parsed.success) {
    const columns = new Map(parsed.error.issues.map(({ path, message }) => [String(path[0]), message]));
    return {
      troubles: [...columns].map(([column, text]) => ({ line, column, text: text as FieldText })),
    };
  }
  const { id, ...wish } = parsed.data;
  if (seen.has(id)) return trouble(line, 'id', 'repeated');
  seen.add(id);
  return { line, id, wish };
}

async function planLine(
  ports: PeoplePorts,
  asker: Asker,
  { line, id, wish }: ParsedLine,
): Promise<PlannedLine | Troubles> {
  try {
    const plan = await planPerson(ports, asker, id, wish);
    return { plan, wish, shown: shown(line, id, plan) };
  } catch (error) {
    if (error instanceof WishError) return trouble(line, error.field, error.key);
    throw error;
  }
}

/** What a line says; an empty cell says nothing. */
function given(head: readonly string[], cells: readonly string[]): Record<string, unknown> {
  const pairs = head.flatMap((name, index): [string, unknown][] => {
    const cell = cells[index]?.trim() ?? '';
    if (cell === '') return name === 'id' ? [[name, '']] : [];
    return [[name, LISTS.has(name) ? cell.split(/[\s|,;]+/).filter((one) => one !== '') : cell]];
  });
  return Object.fromEntries(pairs);
}

function shown(line: number, id: string, { before, after, fields, added, removed }: Plan): ImportLine {
  const isNew = before === null || before.leaving;
  const action = after === null ? 'unchanged' : isNew ? 'create' : 'update';
  return { line, id, action, fields: [...fields], devices_added: [...added], devices_removed: [...removed] };
}
