// A few schedules of the campaign of renewals; `npm run renewal-faults` plays as many as one likes.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomOf } from '../../../cloud/events/testing/mortal.ts';
import { Cloud } from './cloud.ts';
import { play } from './play.ts';
import { scheduleOf } from './schedule.ts';

let cloud: Cloud;
beforeAll(async () => {
  cloud = await Cloud.start();
});
afterAll(() => cloud.stop());

/** Deaths of the branch, of the function that renews, of the one that takes hellos; and everything at once. */
test.each([3, 21, 28, 36, 43, 60, 61, 62])(
  'schedule %i leaves the branch a way back at every death, and ends with a line and a renewal',
  async (number) => {
    const random = randomOf(number);
    const { wrong, renewals } = await play(cloud, scheduleOf(number, random), random, `s${number}`);
    expect(wrong).toEqual([]);
    expect(renewals).toBeGreaterThan(1);
  },
);
