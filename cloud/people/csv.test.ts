import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvError, csvLines } from './csv.ts';

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

const cell = fc.string({
  unit: fc.constantFrom('a', 'ñ', ',', ';', '"', '\n', '\r', ' ', '\t'),
  maxLength: 6,
});
// A line of one empty cell is an empty line.
const table = fc
  .integer({ min: 2, max: 4 })
  .chain((width) =>
    fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
  );

test('whatever stands in the cells comes back, with either separator and line end, and with a byte order mark', () => {
  fc.assert(
    fc.property(
      table,
      fc.constantFrom(',', ';', '\t'),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      (rows, separator, end, marked) => {
        // The first line says what separates.
        const head = rows[0]!.map((_, index) => `c${index}`);
        const lines = [head.join(separator), ...rows.map((row) => row.map(quoted).join(separator))];
        const text = `${marked ? '\uFEFF' : ''}${lines.join(end)}${end}`;
        expect(csvLines(text).map(({ cells }) => cells)).toEqual([head, ...rows]);
      },
    ),
  );
});

test('lines are numbered as an editor shows them, empty ones are passed over', () => {
  const text = 'id,name\r\n\r\n1,"two\nlines"\n2,\n3,x';
  expect(csvLines(text)).toEqual([
    { line: 1, cells: ['id', 'name'] },
    { line: 3, cells: ['1', 'two\nlines'] },
    { line: 5, cells: ['2', ''] },
    { line: 6, cells: ['3', 'x'] },
  ]);
  expect(csvLines('a,')).toEqual([{ line: 1, cells: ['a', ''] }]);
  expect(csvLines('')).toEqual([]);
});

test.each(['id\n"open', 'id\n"closed"x'])('%j is told with its line and column', (text) => {
  expect(() => csvLines(text)).toThrow(CsvError);
  try {
    csvLines(text);
  } catch (error) {
    expect(error).toMatchObject({ line: 2, column: 1 });
  }
});

test('any text ends in lines or in an error of its own', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      try {
        csvLines(text);
      } catch (error) {
        expect(error).toBeInstanceOf(CsvError);
      }
    }),
  );
});
