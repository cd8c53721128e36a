// CSV as RFC 4180 has it, and as spreadsheets write it: a byte order mark, `;` between cells where the first line has it, lines that end either way.

export interface CsvLine {
  /** Where it begins in the file, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file that is none. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;

  constructor(line: number, column: number) {
    super(`a quote that is not closed, or text behind one, in line ${line}`);
    this.line = line;
    this.column = column;
  }
}

/** A first line that only says what stands between cells, as spreadsheets have it. */
const SEPARATOR_LINE = /^"?sep=([^\r\n])"?[,;\t]*(\r\n|\n|\r|$)/i;

/** `;` or a tab, if the first line has more of them than commas. */
function separatorOf(text: string): string {
  const [head = ''] = text.split(/\r?\n/, 1);
  const count = (separator: string) => head.split(separator).length;
  const [best = ','] = [',', ';', '\t'].sort((a, b) => count(b) - count(a));
  return best;
}

/** The lines of a file that are not empty, nor only say what stands between cells. @throws CsvError */
export function csvLines(given: string): CsvLine[] {
  const text = given.replace(/^\uFEFF/, '');
  const [said = '', separator = separatorOf(text)] = SEPARATOR_LINE.exec(text) ?? [];
  const lines: CsvLine[] = [];
  let cells: string[] = [];
  const first = said === '' ? 1 : 2;
  let [line, beganAt, at] = [first, first, said.length];
  const end = () => {
    if (cells.length > 1 || cells[0] !== '') lines.push({ line: beganAt, cells });
    cells = [];
  };
  while (at < text.length) {
    const cell = cellAt(text, at, separator);
    if (cell === null) throw new CsvError(line, cells.length + 1);
    cells.push(cell.value);
    line += cell.breaks;
    at = cell.end;
    const next = text[at];
    if (next === separator) {
      at++;
      // Nothing behind the last separator is a cell, too.
      if (at === text.length) cells.push('');
      continue;
    }
    at += next === '\r' && text[at + 1] === '\n' ? 2 : 1;
    end();
    line++;
    beganAt = line;
  }
  if (cells.length > 0) end();
  return lines;
}

interface Cell {
  readonly value: string;
  /** Where its separator, or the end of its line, is. */
  readonly end: number;
  /** Line breaks within it. */
  readonly breaks: number;
}

/** Null where a quote is not closed, or there is text behind it. */
function cellAt(text: string, start: number, separator: string): Cell | null {
  const isEnd = (index: number) =>
    index >= text.length || text[index] === separator || text[index] === '\n' || text[index] === '\r';
  if (text[start] !== '"') {
    let end = start;
    while (!isEnd(end)) end++;
    return { value: text.slice(start, end), end, breaks: 0 };
  }
  let value = '';
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] !== '"') value += text[at];
    else if (text[at + 1] === '"') {
      value += '"';
      at++;
    } else {
      const breaks = value.split(/\r\n|\r|\n/).length - 1;
      return isEnd(at + 1) ? { value, end: at + 1, breaks } : null;
    }
  }
  return null;
}
