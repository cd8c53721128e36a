// When a problem is told, and when its end: at once for what is new, once for what comes and goes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EventType } from '../../shared/domain/event-types.ts';
import type { Happening } from '../../shared/wire/happening.ts';
import {
  type Change,
  gather,
  MOST_PROBLEMS,
  nextDue,
  type Problems,
  takeEvents,
  withoutOld,
} from './problems.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-11-30T12:00:00Z');

let ids = 0;
function event(type: EventType, over: Partial<Happening> = {}): Happening {
  ids += 1;
  return { id: `e${ids}`, type, at: START, site: 'norte', device: 'principal', data: {}, ...over };
}

/** Plays events at minutes, a look every ten seconds; gives what was told, by the minute of the look. */
function played(events: readonly (readonly [minute: number, event: Happening])[], minutes: number) {
  let problems: Problems = new Map();
  const told: { minute: number; changes: readonly Change[] }[] = [];
  const left = [...events];
  for (let now = START; now <= START + minutes * MINUTE; now += 10_000) {
    const come = left.filter(([minute]) => START + minute * MINUTE <= now);
    left.splice(0, come.length);
    const gathered = gather(
      takeEvents(
        problems,
        come.map(([, each]) => each),
        now,
      ),
      MINUTE,
      now,
    );
    problems = withoutOld(gathered.problems, now);
    if (gathered.changes.length > 0) told.push({ minute: (now - START) / MINUTE, changes: gathered.changes });
  }
  return told;
}

const short = (told: ReturnType<typeof played>) =>
  told.map(({ minute, changes }) => [
    Math.round(minute),
    ...changes.map(({ state, type }) => `${state} ${type}`),
  ]);

describe('a problem', () => {
  test('is told after a minute, and its end after another', () => {
    expect(
      short(
        played(
          [
            [0, event('device.offline')],
            [10, event('device.online')],
          ],
          60,
        ),
      ),
    ).toEqual([
      [1, 'problem device.offline'],
      [11, 'resolved device.offline'],
    ]);
  });

  test('that is over within the minute is told to nobody', () => {
    expect(
      played(
        [
          [0, event('device.offline')],
          [0.5, event('device.online')],
        ],
        60,
      ),
    ).toEqual([]);
  });

  test('is told again where it becomes another one', () => {
    expect(
      short(
        played(
          [
            [0, event('device.offline')],
            [5, event('device.swapped')],
            [9, event('device.online')],
          ],
          60,
        ),
      ),
    ).toEqual([
      [1, 'problem device.offline'],
      [6, 'problem device.swapped'],
      [10, 'resolved device.swapped'],
    ]);
  });

  test('that an agent tells twice is one', () => {
    const offline = event('device.offline');
    const online = event('device.online');
    expect(
      short(
        played(
          [
            [0, offline],
            [0, offline],
            [3, online],
            [3, offline],
            [3, online],
          ],
          60,
        ),
      ),
    ).toEqual([
      [1, 'problem device.offline'],
      [4, 'resolved device.offline'],
    ]);
  });

  test('that passes by itself is told, has no end, and is told once an hour however often it comes', () => {
    const again = Array.from({ length: 90 }, (_, minute) => [minute, event('rule.restored')] as const);
    expect(short(played(again, 100))).toEqual([
      [1, 'problem rule.restored'],
      [61, 'problem rule.restored'],
    ]);
  });
});

test('what comes within a minute after the first is told with it, ends too', () => {
  const devices = Array.from({ length: 40 }, (_, index) => `d${index}`);
  const told = played(
    [
      ...devices.map((device, index) => [index / 50, event('device.offline', { device })] as const),
      ...devices.map((device, index) => [20 + index / 50, event('device.online', { device })] as const),
    ],
    60,
  );
  expect(told.map(({ minute, changes }) => [minute, changes.length])).toEqual([
    [1, 40],
    [21, 40],
  ]);
});

describe('a problem that comes and goes', () => {
  const flapping = (every: number, minutes: number) =>
    Array.from({ length: Math.floor(minutes / every) }, (_, index) => {
      return [index * every, event(index % 2 === 0 ? 'device.offline' : 'device.online')] as const;
    });

  test.each([
    ['half a minute', 0.5],
    ['two minutes', 2],
    ['five minutes', 5],
  ])('every %s is told three times within two hours at most, and at least once', (_what, every) => {
    const told = short(played(flapping(every, 120), 120));
    expect(told.length).toBeGreaterThanOrEqual(1);
    expect(told.length).toBeLessThanOrEqual(3);
    expect(told[0]?.[1]).toBe('problem device.offline');
  });

  test('ends for those who were told of it, once it has held', () => {
    const told = short(played([...flapping(2, 60), [60, event('device.online')]], 200));
    expect(told.at(-1)?.[1]).toBe('resolved device.offline');
  });
});

test('whatever happens, each problem is told by turns with its end, and in the end operators know how it is', () => {
  const step = fc.record({
    wait: fc.integer({ min: 0, max: 30 }),
    type: fc.constantFrom<EventType>('device.offline', 'device.refused', 'device.swapped', 'device.online'),
    device: fc.constantFrom('a', 'b'),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let minute = 0;
      const events = steps.map(({ wait, type, device }) => {
        minute += wait / 4;
        return [minute, event(type, { device })] as const;
      });
      const told = played(events, minute + 130).flatMap(({ changes }) => changes);
      for (const device of ['a', 'b']) {
        const own = told.filter((change) => change.device === device);
        let stands = 'resolved';
        for (const { state, type } of own) {
          // An end is never told of what nobody was told of, and no problem twice.
          expect(state === 'resolved' ? stands !== 'resolved' : type !== stands).toBe(true);
          stands = state === 'resolved' ? 'resolved' : type;
        }
        const last = events.filter(([, each]) => each.device === device).at(-1)?.[1].type ?? 'device.online';
        expect(stands).toBe(last === 'device.online' ? 'resolved' : last);
      }
    }),
    { numRuns: 150 },
  );
});

test('more problems than are kept are one problem of its own, and the state of a company stays small', () => {
  const events = Array.from({ length: MOST_PROBLEMS + 500 }, (_, index) =>
    event('device.offline', { device: `d${index}` }),
  );
  const problems = takeEvents(new Map(), events, START);
  expect(problems.size).toBe(MOST_PROBLEMS + 1);
  const { changes } = gather(problems, MINUTE, START + MINUTE);
  expect(changes.filter(({ type }) => type === 'alerts.crowd')).toHaveLength(1);
});

test('a problem that nothing ends is forgotten after a season, one that is over after an hour', () => {
  const open = gather(takeEvents(new Map(), [event('agent.offline')], START), 0, START).problems;
  expect(withoutOld(open, START + 89 * 24 * HOUR).size).toBe(1);
  expect(withoutOld(open, START + 90 * 24 * HOUR).size).toBe(0);
  const over = gather(takeEvents(open, [event('agent.online')], START), 0, START).problems;
  expect(withoutOld(over, START + HOUR - 1).size).toBe(1);
  expect(withoutOld(over, START + HOUR).size).toBe(0);
  expect(nextDue(over, MINUTE)).toBeNull();
});
