import { beforeEach, describe, expect, it } from 'vitest';
import { CloudClock } from './clock.ts';
import { Tenure } from './tenure.ts';

/** The cloud's time at the monotonic moment 0; the wall clock is ten minutes behind it, and is not to be minded. */
const CLOUD = 1_800_000_000_000;

let monotonic: number;
let cloudClock: CloudClock;
let tenure: Tenure;
const clock = { now: () => CLOUD + monotonic - 600_000, monotonic: () => monotonic };
beforeEach(() => {
  monotonic = 0;
  cloudClock = new CloudClock(clock);
  tenure = new Tenure(clock, cloudClock);
});

describe('whether a command can only have come here', () => {
  it('is not known before the cloud has been heard, nor without a line', () => {
    expect(tenure.isOurs(CLOUD)).toBeNull();
    tenure.connected();
    expect(tenure.isOurs(CLOUD + 60_000)).toBeNull();
    tenure.told(0);
    expect(tenure.isOurs(CLOUD)).toBe(true);
    tenure.disconnected();
    expect(tenure.isOurs(CLOUD)).toBeNull();
  });

  it('is certain of what was issued after this connection began, once the clock of the cloud was seen', () => {
    monotonic = 5000;
    tenure.connected();
    monotonic = 6000;
    cloudClock.observe(CLOUD + 6000);
    expect(tenure.isOurs(CLOUD + 5300)).toBe(true);
    expect(tenure.isOurs(CLOUD + 5200)).toBeNull();
    expect(tenure.isOurs(CLOUD + 4000)).toBeNull();
  });

  it('is what the cloud says: no for all that was issued before another agent was done speaking', () => {
    tenure.connected();
    tenure.told(CLOUD + 1000);
    expect(tenure.isOurs(CLOUD + 900)).toBe(false);
    expect(tenure.isOurs(CLOUD + 1200)).toBe(false);
    expect(tenure.isOurs(CLOUD + 1250)).toBe(true);
  });

  it('is asked anew with every connection: another may have spoken in between', () => {
    tenure.connected();
    tenure.told(0);
    tenure.disconnected();
    tenure.told(0);
    expect(tenure.since).toBeNull();
    tenure.connected();
    expect(tenure.isOurs(CLOUD)).toBeNull();
    tenure.told(CLOUD);
    expect(tenure.isOurs(CLOUD - 1)).toBe(false);
  });
});
