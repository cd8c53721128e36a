// Whatever happens, in whichever order: once terminal and time are known, the terminal holds the numbers of the active rules.
import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { folderOfEachTest } from '../testing/folder.ts';
import { Room } from './testing/room.ts';
import { Schedule, step } from './testing/schedule.ts';

const folder = folderOfEachTest();

test('after any schedule the terminal holds the numbers of active rules, and nobody has lost one that no rule governed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      rmSync(folder(), { recursive: true, force: true });
      const room = new Room(folder());
      try {
        const schedule = new Schedule(room);
        for (const each of steps) await schedule.play(each);
        await schedule.end();
        expect(schedule.losses).toEqual([]);
      } finally {
        room.stop();
      }
    }),
    { numRuns: Number(process.env.SCHEDULES ?? 60), interruptAfterTimeLimit: 40_000 },
  );
});
