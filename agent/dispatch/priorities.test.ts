import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isMoreUrgent, PRIORITIES, type Priority, WaitingLine } from './priorities.ts';

const anyPriority = fc.constantFrom(...(Object.keys(PRIORITIES) as Priority[]));

it('serves what waits by its priority, and what is alike in the order in which it came', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add' as const), priority: anyPriority }),
    fc.constant({ kind: 'shift' as const }),
  );
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const line = new WaitingLine<{ readonly priority: Priority; readonly at: number }>();
      for (const [at, each] of steps.entries()) {
        if (each.kind === 'add') {
          line.add({ priority: each.priority, at });
          continue;
        }
        const waiting = [...line.items];
        const served = line.shift();
        for (const other of waiting.filter((item) => item !== served)) {
          expect(isMoreUrgent(other.priority, served!.priority)).toBe(false);
          if (other.priority === served!.priority) expect(served!.at).toBeLessThan(other.at);
        }
        expect(line.items).toEqual(waiting.filter((item) => item !== served));
      }
    }),
  );
});
