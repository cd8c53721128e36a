import fc from 'fast-check';
import { expect, test } from 'vitest';
import { carriages } from './carry.ts';
import type { HandRow } from './hands.ts';
import type { PlaceRow } from './rows.ts';

const place = (device: string, site: string, more: Partial<PlaceRow> = {}): PlaceRow => ({
  tenant: 'acme',
  device,
  person: 'p1',
  site,
  userId: '7',
  there: true,
  version: 1,
  personVersion: 1,
  state: 'in_step',
  confirmed: 1,
  told: true,
  since: 0,
  journal: null,
  heard: 0,
  pastJournals: [],
  ...more,
});
const hand = (device: string, site: string, usable: number, more: Partial<HandRow> = {}): HandRow => ({
  device,
  site,
  kind: '10',
  usable,
  duress: 0,
  journal: 'j',
  heard: 1,
  ...more,
});
const told = (all: ReturnType<typeof carriages>) =>
  all.map(({ from, to, slots }) => `${from.device} > ${to.device} ${slots}`);
const PLACES = [place('a', 'norte'), place('b', 'norte'), place('c', 'sur')];

test('fingers go to one terminal of each branch that lacks them, and not within a branch', () => {
  expect(told(carriages(PLACES, [hand('a', 'norte', 6)], {}))).toEqual(['a > c 6']);
  expect(told(carriages(PLACES, [hand('a', 'norte', 6), hand('c', 'sur', 2)], {}))).toEqual(['a > c 4']);
  expect(told(carriages(PLACES, [hand('a', 'norte', 6), hand('c', 'sur', 6)], {}))).toEqual([]);
  expect(told(carriages(PLACES, [hand('c', 'sur', 1)], {}))).toEqual(['c > a 1']);
  expect(told(carriages(PLACES, [hand('c', 'sur', 1)], { a: 1 }))).toEqual(['c > b 1']);
});

test('templates of another kind stay, and so do those of terminals where the person does not stand', () => {
  const other = hand('c', 'sur', 1, { kind: '9' });
  expect(told(carriages(PLACES, [hand('a', 'norte', 6), other], {}))).toEqual(['c > b 1']);
  const leaving = [place('a', 'norte', { there: false, state: 'leaving' }), place('c', 'sur')];
  expect(told(carriages(leaving, [hand('a', 'norte', 6)], {}))).toEqual([]);
  const waiting = [place('a', 'norte'), place('c', 'sur', { state: 'waiting' })];
  expect(told(carriages(waiting, [hand('a', 'norte', 6)], {}))).toEqual([]);
  // What was told of a terminal as one of another branch is not of this one.
  expect(told(carriages(PLACES, [hand('a', 'oeste', 6)], {}))).toEqual([]);
});

test('whoever carries what is missing, again and again, comes to an end with everything everywhere', () => {
  const sites = ['norte', 'sur', 'oeste'];
  const terminal = fc.record({ site: fc.constantFrom(...sites), slots: fc.integer({ min: 0, max: 1023 }) });
  fc.assert(
    fc.property(fc.array(terminal, { minLength: 1, maxLength: 6 }), (all) => {
      const places = all.map(({ site }, index) => place(`t${index}`, site));
      const hands = new Map(
        all.map(({ site, slots }, index) => [`t${index}`, hand(`t${index}`, site, slots)]),
      );
      for (let round = 0; ; round++) {
        const left = carriages(places, [...hands.values()], {});
        if (left.length === 0) break;
        expect(round).toBeLessThan(20);
        for (const { to, slots } of left) {
          const before = hands.get(to.device)?.usable ?? 0;
          hands.set(to.device, hand(to.device, to.site, before | slots));
        }
      }
      const every = all.reduce((sum, { slots }) => sum | slots, 0);
      for (const site of new Set(all.map((each) => each.site))) {
        const own = [...hands.values()].filter((each) => each.site === site);
        expect(own.reduce((sum, { usable }) => sum | usable, 0)).toBe(every);
      }
    }),
  );
});
