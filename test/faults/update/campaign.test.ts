// A few schedules of the campaign of updates; `npm run update-faults` plays as many as one likes.
import { expect, test } from 'vitest';
import { randomOf } from '../../../cloud/events/testing/mortal.ts';
import { play } from './play.ts';
import { scheduleOf } from './schedule.ts';

/** A death early, amid unpacking, about the switch, and several of them. */
test.each([2, 14, 22, 27, 66])(
  'schedule %i leaves the agent a way back at every death, and ends with a version that works',
  async (number) => {
    expect((await play(scheduleOf(number, randomOf(100_003 + number)))).wrong).toEqual([]);
  },
);
