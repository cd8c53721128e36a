import { beforeEach, describe, expect, it } from 'vitest';
import { CloudClock } from './cloud-clock.ts';
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

describe('whose a command is', () => {
  it('is not known before the cloud has said, and what it has said outlives a line that breaks', () => {
    expect(tenure.claim(CLOUD)).toBe('untold');
    tenure.connected();
    expect(tenure.claim(CLOUD + 60_000)).toBe('untold');
    tenure.told(0);
    expect(tenure.claim(CLOUD)).toBe('ours');
    tenure.disconnected();
    expect(tenure.claim(CLOUD)).toBe('ours');
  });

  it('is what the cloud says: contested if it was issued before another agent was done speaking', () => {
    tenure.connected();
    tenure.told(CLOUD + 1000);
    expect(tenure.claim(CLOUD + 900)).toBe('contested');
    expect(tenure.claim(CLOUD + 1200)).toBe('contested');
    expect(tenure.claim(CLOUD + 1250)).toBe('ours');
  });

  it('is not made less strict by a word that comes late', () => {
    tenure.connected();
    for (const since of [CLOUD, 0]) tenure.told(since);
    expect(tenure.since).toBe(CLOUD);
  });

  it('is asked anew with every connection, and when another has taken over: it may have spoken', () => {
    for (const event of ['connected', 'lost'] as const) {
      tenure.connected();
      tenure.told(0);
      tenure[event]();
      expect(tenure.claim(CLOUD)).toBe('untold');
    }
    // A word of before the connection was lost.
    tenure.told(0);
    expect(tenure.since).toBeNull();
  });

  it('is ours without a word where the cloud has heard this agent well before it was issued', () => {
    monotonic = 5000;
    tenure.connected();
    cloudClock.observe(CLOUD + 5000);
    expect(tenure.claim(CLOUD + 60_000)).toBe('untold');
    monotonic = 6000;
    tenure.announced();
    monotonic = 7000;
    tenure.announced();
    expect(tenure.claim(CLOUD + 10_999)).toBe('untold');
    expect(tenure.claim(CLOUD + 11_000)).toBe('ours');
  });
});
