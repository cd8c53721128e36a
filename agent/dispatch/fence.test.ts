import { beforeEach, describe, expect, it } from 'vitest';
import { CloudClock } from './cloud-clock.ts';
import { Fence } from './fence.ts';

/** The cloud's time at the monotonic moment 0; the wall clock is ten minutes behind it, and is not to be minded. */
const CLOUD = 1_800_000_000_000;

let monotonic: number;
let cloudClock: CloudClock;
let fence: Fence;
const clock = { now: () => CLOUD + monotonic - 600_000, monotonic: () => monotonic };
beforeEach(() => {
  monotonic = 0;
  cloudClock = new CloudClock(clock);
  fence = new Fence(clock, cloudClock);
});

describe('whose a command is', () => {
  it('is not known before the cloud has said, and what it has said outlives a line that breaks', () => {
    expect(fence.claim(CLOUD)).toBe('untold');
    fence.connected();
    expect(fence.claim(CLOUD + 60_000)).toBe('untold');
    fence.learn(0);
    expect(fence.claim(CLOUD)).toBe('ours');
    fence.disconnected();
    expect(fence.claim(CLOUD)).toBe('ours');
  });

  it('is what the cloud says: contested if it was issued before another agent was done speaking', () => {
    fence.connected();
    fence.learn(CLOUD + 1000);
    expect(fence.claim(CLOUD + 900)).toBe('contested');
    expect(fence.claim(CLOUD + 1200)).toBe('contested');
    expect(fence.claim(CLOUD + 1250)).toBe('ours');
  });

  it('is not made less strict by a word that comes late', () => {
    fence.connected();
    for (const since of [CLOUD, 0]) fence.learn(since);
    expect(fence.since).toBe(CLOUD);
  });

  it('is asked anew with every connection, and when another has taken over: it may have spoken', () => {
    for (const event of ['connected', 'lost'] as const) {
      fence.connected();
      fence.learn(0);
      fence[event]();
      expect(fence.claim(CLOUD)).toBe('untold');
    }
    // A message from before the connection was lost.
    fence.learn(0);
    expect(fence.since).toBeNull();
  });

  it('is ours without a word where the cloud has heard this agent well before it was issued', () => {
    monotonic = 5000;
    fence.connected();
    cloudClock.observe(CLOUD + 5000);
    expect(fence.claim(CLOUD + 60_000)).toBe('untold');
    monotonic = 6000;
    fence.announced();
    monotonic = 7000;
    fence.announced();
    expect(fence.claim(CLOUD + 10_999)).toBe('untold');
    expect(fence.claim(CLOUD + 11_000)).toBe('ours');
  });
});
