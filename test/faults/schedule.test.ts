import { describe, expect, it } from 'vitest';
import { FAULT_KINDS, type FaultKind } from './acts.ts';
import { type Schedule, scheduleOf } from './schedule.ts';
import { transportOf } from './variants.ts';

/** Under which names the faults of a schedule are drawn. */
function drawnIn({ strokes, callers }: Schedule): Set<string> {
  const manners = callers.flat().flatMap((wish) => wish.manners);
  return new Set([
    ...strokes.map(({ act }) => (act.kind === 'terminal-fault' ? `terminal-${act.fault.kind}` : act.kind)),
    ...(manners.some(({ death }) => death !== null) ? ['handler-killed'] : []),
    ...(manners.some(({ hangUpMs }) => hangUpMs !== null) ? ['caller-gone'] : []),
  ]);
}

function seeds(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

describe('schedules', () => {
  it('are the same for the same seed', () => {
    expect(scheduleOf(7)).toEqual(scheduleOf(7));
    expect(scheduleOf(7)).not.toEqual(scheduleOf(8));
  });

  it.each(FAULT_KINDS)(
    'draw %s, and nothing else but the keypad where nothing else is wished for',
    (kind) => {
      const drawn = new Set(seeds(10).flatMap((seed) => [...drawnIn(scheduleOf(seed, { only: [kind] }))]));
      expect([...drawn].filter((name) => name !== 'keypad' || kind === 'keypad')).toEqual([kind]);
    },
  );

  it('draw every kind without being asked for any', () => {
    const drawn = new Set(seeds(300).flatMap((seed) => [...drawnIn(scheduleOf(seed))]));
    expect(FAULT_KINDS.filter((kind: FaultKind) => !drawn.has(kind))).toEqual([]);
  });

  it('let no terminal lie about its lock, and no request arrive twice on a stream', () => {
    for (const { strokes, variant } of seeds(500).map((seed) => scheduleOf(seed))) {
      const faults = strokes.flatMap(({ act }) => (act.kind === 'terminal-fault' ? [act.fault] : []));
      const lies = faults.filter(({ kind }) => kind === 'ack-without-effect');
      expect(lies.every(({ command }) => [8, 18, 110].includes(command ?? 0))).toBe(true);
      const isUdp = transportOf(variant) === 'udp';
      expect(isUdp || faults.every(({ kind }) => kind !== 'request-twice')).toBe(true);
    }
  });
});
