// Pages of the merge, laid end to end, are the whole list: nothing twice, nothing lost.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { continuation, mergedPage, type Position, type Punch, type Source } from './merge.ts';

const devices = ['a', 'b', 'c'];

/** Punches of one device, newest first, with many at the same second. */
const times = fc
  .array(fc.integer({ min: 0, max: 9 }), { maxLength: 12 })
  .map((list) => list.sort((x, y) => y - x).map((second) => `2026-01-01T00:00:0${second}`));

function punchesOf(device: string, stamps: readonly string[]): Punch[] {
  return stamps.map((timestamp, index) => ({
    user_id: String(index),
    timestamp,
    status: 1,
    punch: 0,
    device_id: device,
    device_name: device,
  }));
}

/** What an agent answers: `to` inclusive, newest first, cut at `limit`. */
function read(device: string, all: readonly Punch[], to: string | null, limit: number): Source {
  const within = all.filter(({ timestamp }) => to === null || timestamp <= to);
  return { device, punches: within.slice(0, limit), more: within.length > limit };
}

test('pages laid end to end give every punch once, newest first', () => {
  fc.assert(
    fc.property(fc.tuple(times, times, times), fc.integer({ min: 1, max: 7 }), (stamps, limit) => {
      const table = devices.map((device, index) => punchesOf(device, stamps[index] ?? []));
      const total = table.flat().length;
      const seen: Punch[] = [];
      let position: Position | null = null;
      for (let page = 0; page <= total; page++) {
        const from: Position | null = position;
        const sources = devices.map((device, index) => {
          const { to, again } = from === null ? { to: null, again: 0 } : continuation(device, from);
          return read(device, table[index] ?? [], to, limit + again);
        });
        const { punches, next } = mergedPage(sources, from, limit, total);
        expect(punches.length).toBeLessThanOrEqual(limit);
        seen.push(...punches);
        position = next;
        if (next === null) break;
      }
      expect(position).toBeNull();
      const sorted = table
        .flat()
        .sort((x, y) => y.timestamp.localeCompare(x.timestamp) || x.device_id.localeCompare(y.device_id));
      expect(seen).toEqual(sorted);
    }),
  );
});
