import { expect, test } from 'vitest';
import type { PersonRow, PlaceRow } from './rows.ts';
import { maySeeAt } from './sight.ts';
import type { Places } from './spread.ts';

const rights = { sites: { everywhere: 'none', sites: { norte: 'read' } } } as const;
const map = {
  devices: [
    { id: 'norte-a', site: 'norte' },
    { id: 'sur-a', site: 'sur' },
  ],
  sites: [{ site: 'norte' }, { site: 'sur' }],
  groups: [],
} as unknown as Places;
const person = {
  id: 'ana',
  devices: ['sur-a', 'norte-a'],
  sites: [],
  groups: [],
  leaving: false,
} as unknown as PersonRow;

test('where a person may come in is told of the branches alone that the caller sees', () => {
  expect(maySeeAt(rights, 'norte-a', person, [], map)).toBe(true);
  expect(maySeeAt(rights, 'sur-a', person, [], map)).toBe(false);
  expect(maySeeAt(rights, 'otro', person, [], map)).toBe(false);
  const gone = [{ person: 'ana', device: 'centro-a', site: 'norte' }] as unknown as PlaceRow[];
  expect(maySeeAt(rights, 'centro-a', person, gone, map)).toBe(true);
});
