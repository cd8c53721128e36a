// What DynamoDB charges for a write: units of 1 KB, for the row and for the index that it stands in.
import { isDeepStrictEqual } from 'node:util';
import { layout } from '../../../cloud/store/layout.ts';
import type { Item } from './intent.ts';

const WRITE_BYTES = 1024;

type Value = Readonly<Record<string, unknown>>;

/** Bytes of a row. Source: DynamoDB developer guide, "DynamoDB Item sizes and formats". */
export function bytesOf(item: Item | null): number {
  if (item === null) return 0;
  return Object.entries(item).reduce((sum, [name, value]) => sum + textBytes(name) + valueBytes(value), 0);
}

function textBytes(text: string): number {
  return Buffer.byteLength(text);
}

function valueBytes(value: unknown): number {
  const [type, held] = Object.entries(value as Value)[0] ?? ['NULL', true];
  switch (type) {
    case 'S':
      return textBytes(String(held));
    case 'N':
      return Math.ceil(String(held).replace(/[-.]/g, '').length / 2) + 1;
    case 'B':
      return Buffer.from(String(held), 'base64').length;
    case 'L':
      return (held as unknown[]).reduce<number>((sum, each) => sum + 1 + valueBytes(each), 3);
    case 'M':
      return Object.entries(held as Value).reduce(
        (sum, [name, each]) => sum + 1 + textBytes(name) + valueBytes(each),
        3,
      );
    case 'SS':
    case 'NS':
    case 'BS':
      return (held as unknown[]).reduce<number>((sum, each) => sum + textBytes(String(each)), 0);
    default:
      return 1;
  }
}

function unitsOf(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / WRITE_BYTES));
}

/** Of the row itself; a write whose condition fails is charged, too. */
export function rowUnits(before: Item | null, after: Item | null): number {
  return unitsOf(Math.max(bytesOf(before), bytesOf(after)));
}

/** Of the index: everything is projected, and a row whose key there changes is deleted and put. */
export function indexUnits(before: Item | null, after: Item | null): number {
  return layout.indexes.reduce((sum, { partitionKey, sortKey }) => {
    const keyOf = (item: Item | null) =>
      item?.[partitionKey] === undefined || item[sortKey] === undefined
        ? null
        : [item[partitionKey], item[sortKey]];
    const [was, is] = [keyOf(before), keyOf(after)];
    if (was === null && is === null) return sum;
    if (was !== null && is !== null && isDeepStrictEqual(was, is)) {
      return isDeepStrictEqual(before, after) ? sum : sum + rowUnits(before, after);
    }
    return sum + (was === null ? 0 : rowUnits(before, null)) + (is === null ? 0 : rowUnits(null, after));
  }, 0);
}
