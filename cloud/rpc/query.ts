// What `get` methods have in common: which rows, in which order, and which of their properties.
import * as z from 'zod';
import { badParameter } from './errors.ts';
import { ARRAY_EXPECTED, bool, id, int, kindOf, object, oneOf, oneOrMore, text } from './fields.ts';
import { say } from './sentences.ts';

/** A row as it is given out: texts, lists and objects. */
export type Row = Readonly<Record<string, unknown>>;

const MOST = 1_000_000_000;

/** The texts of a value or of a list of values; null asks for nothing. */
const values = kindOf((value, refuse): string[] | null => {
  if (value === null) return null;
  const all = Array.isArray(value) ? value : [value];
  return all.map((one) =>
    typeof one === 'string' || typeof one === 'number' ? String(one) : refuse(say('text_expected')),
  );
});

const byField = z.record(z.string(), values, { error: ARRAY_EXPECTED.en });

/** Names of properties, or all. */
export const output = kindOf((value, refuse): readonly string[] | 'extend' | 'count' => {
  if (value === 'extend' || value === 'count') return value;
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  return refuse(say('one_of', { list: '"extend", "count"' }));
});

/** One id or several. */
export const ids = oneOrMore(id());

/** The options of every `get`, in the order in which they are looked at. */
export const common = {
  filter: byField.nullish(),
  search: byField.nullish(),
  searchByAny: bool().optional(),
  startSearch: bool().optional(),
  excludeSearch: bool().optional(),
  searchWildcardsEnabled: bool().optional(),
  output: output.optional(),
  countOutput: bool().optional(),
  sortfield: oneOrMore(text()).optional(),
  sortorder: oneOrMore(oneOf(['ASC', 'DESC'])).optional(),
  limit: int([[1, MOST]]).nullish(),
  editable: bool().optional(),
  preservekeys: bool().optional(),
};

const commonSchema = object(common);
export type CommonOptions = z.output<typeof commonSchema>;

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

function checkNames(path: string, given: object | null | undefined, known: readonly string[]): void {
  const unknown = Object.keys(given ?? {}).find((name) => !known.includes(name));
  if (unknown !== undefined) throw badParameter(path, say('unexpected', { name: unknown }));
}

function isFiltered(row: Row, filter: CommonOptions['filter']): boolean {
  return Object.entries(filter ?? {}).every(
    ([name, wanted]) => wanted === null || wanted.includes(textOf(row[name])),
  );
}

/** The text as a pattern: `*` stands for anything where that was asked for. */
function pattern(wanted: string, { searchWildcardsEnabled, startSearch }: CommonOptions): RegExp {
  const literal = (part: string) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const isWild = searchWildcardsEnabled === true && wanted.includes('*');
  const body = isWild ? wanted.split('*').map(literal).join('.*') : literal(wanted);
  return new RegExp(`${startSearch === true || isWild ? '^' : ''}${body}${isWild ? '$' : ''}`, 'is');
}

function isFound(row: Row, options: CommonOptions): boolean {
  const asked = Object.entries(options.search ?? {}).filter(([, wanted]) => wanted !== null);
  if (asked.length === 0) return true;
  const matches = asked.map(([name, wanted]) =>
    (wanted ?? []).some((one) => pattern(one, options).test(textOf(row[name]))),
  );
  const found = options.searchByAny === true ? matches.includes(true) : !matches.includes(false);
  return found !== (options.excludeSearch === true);
}

function compare(one: unknown, other: unknown): number {
  const [a, b] = [textOf(one), textOf(other)];
  if (/^\d+$/.test(a) && /^\d+$/.test(b)) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function sorted(
  rows: readonly Row[],
  idName: string,
  { sortfield = [idName], sortorder = [] }: CommonOptions,
) {
  return rows.toSorted((one, other) => {
    for (const [at, name] of sortfield.entries()) {
      const order = compare(one[name], other[name]);
      if (order !== 0) return (sortorder[at] ?? sortorder[0]) === 'DESC' ? -order : order;
    }
    return 0;
  });
}

/** The chosen properties of a row; its id is always among them. */
export function chosen(row: Row, names: CommonOptions['output'], idName: string): Row {
  if (names === undefined || names === 'extend' || names === 'count') return row;
  return Object.fromEntries(Object.entries(row).filter(([name]) => name === idName || names.includes(name)));
}

export interface Source {
  readonly rows: readonly Row[];
  readonly idName: string;
  /** What may be filtered, searched and sorted by. */
  readonly names: readonly string[];
}

/** Which rows are meant, in their order; before their properties are chosen. @throws RpcError */
export function selected({ rows, idName, names }: Source, options: CommonOptions): Row[] {
  checkNames('/filter', options.filter, names);
  checkNames('/search', options.search, names);
  for (const [at, name] of (options.sortfield ?? []).entries()) {
    if (names.includes(name)) continue;
    const allowed = names.map((known) => `"${known}"`).join(', ');
    throw badParameter(`/sortfield/${at + 1}`, say('one_of', { list: allowed }));
  }
  const wanted = rows.filter((row) => isFiltered(row, options.filter) && isFound(row, options));
  return sorted(wanted, idName, options).slice(0, options.limit ?? undefined);
}

/** The answer of a `get` about these rows. `more` adds what was asked for besides. */
export function answered(
  rows: readonly Row[],
  idName: string,
  options: CommonOptions,
  more: (row: Row) => Row = () => ({}),
): unknown {
  if (options.countOutput === true || options.output === 'count') return String(rows.length);
  const shown = rows.map((row) => ({ ...chosen(row, options.output, idName), ...more(row) }));
  if (options.preservekeys !== true) return shown;
  return Object.fromEntries(shown.map((row) => [String((row as Row)[idName]), row]));
}
