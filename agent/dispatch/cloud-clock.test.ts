import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { CloudClock } from './cloud-clock.ts';

describe("the cloud's clock as the agent sees it", () => {
  it('takes the quickest of the direct messages for the closest', () => {
    const clock = new ManualClock(1_000_000);
    const cloud = new CloudClock(clock);
    cloud.observe(1_600_000 - 300);
    cloud.observe(1_600_000 - 40);
    cloud.observe(1_600_000 - 2000);
    expect(cloud.now()).toBe(1_600_000 - 40);
    expect(cloud.offset).toBe(-600_000 + 40);
  });

  it('tells whole milliseconds, and is never ahead of what was measured', () => {
    const clock = new ManualClock(1_000_000);
    const cloud = new CloudClock(clock);
    cloud.observe(1_000_000);
    clock.advance(0.9);
    expect(cloud.now()).toBe(1_000_000);
    clock.advance(0.2);
    expect(cloud.now()).toBe(1_000_001);
  });

  it('is not moved by a step of the wall clock', () => {
    const clock = new ManualClock(1_000_000);
    const cloud = new CloudClock(clock);
    cloud.observe(1_000_000);
    clock.wall += 600_000;
    clock.advance(500);
    expect(cloud.left(1_022_000)).toBe(21_500);
    expect(cloud.offset).toBe(600_000);
  });

  it('uses what an earlier run measured until this one has measured', () => {
    const cloud = new CloudClock(new ManualClock(1_000_000), -600_000);
    expect(cloud.now()).toBe(1_600_000);
    expect(cloud.offset).toBeNull();
  });

  it.each([-600_000, 600_000])(
    'does not believe a wall clock that is %i ms off when a message shows it, even before anything was measured',
    (off) => {
      const clock = new ManualClock(1_000_000 + off);
      const cloud = new CloudClock(clock);
      cloud.suppose(1_000_000, 1_022_000);
      expect(cloud.left(1_022_000)).toBe(22_000);
      expect(cloud.offset).toBeNull();
      clock.advance(5000);
      expect(cloud.left(1_022_000)).toBe(17_000);
      cloud.observe(1_004_960);
      expect(cloud.now()).toBe(1_004_960);
    },
  );

  it('believes a wall clock that fits what arrives, and what was measured before that', () => {
    const cloud = new CloudClock(new ManualClock(1_010_000));
    cloud.suppose(1_000_000, 1_022_000);
    expect(cloud.now()).toBe(1_010_000);
    cloud.observe(1_010_000);
    cloud.suppose(900_000, 922_000);
    expect(cloud.now()).toBe(1_010_000);
  });

  it('keeps with the cloud over months though the two clocks drift apart, either way', () => {
    for (const drift of [5e-5, -5e-5]) {
      const clock = new ManualClock(1_000_000);
      const cloud = new CloudClock(clock);
      let cloudTime = 1_000_000;
      for (let hour = 0; hour < 24 * 90; hour++) {
        clock.advance(3_600_000);
        cloudTime += 3_600_000 * (1 + drift);
        cloud.observe(cloudTime - 30);
        expect(Math.abs(cloud.now() - cloudTime)).toBeLessThan(500);
      }
    }
  });

  it('is not led astray by one message with a wrong time, and believes two that agree', () => {
    const clock = new ManualClock(1_000_000);
    const cloud = new CloudClock(clock);
    cloud.observe(1_000_000);
    cloud.observe(9_000_000);
    expect(cloud.now()).toBe(1_000_000);
    clock.advance(100);
    cloud.observe(1_000_090);
    cloud.observe(9_000_000);
    // What one message more has told in between is worn off with the drift: a whole millisecond at most.
    expect(Math.abs(cloud.now() - 1_000_100)).toBeLessThanOrEqual(1);
    cloud.observe(9_000_500);
    expect(cloud.now()).toBe(9_000_500);
  });

  it('never believes that the cloud is later than it is, whatever the delays', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -1_000_000, max: 1_000_000 }),
        fc.array(fc.record({ gap: fc.nat(5000), transit: fc.nat(4000) }), { minLength: 1 }),
        (offset, messages) => {
          const clock = new ManualClock(50_000_000);
          const cloud = new CloudClock(clock);
          for (const { gap, transit } of messages) {
            clock.advance(gap);
            const cloudTime = clock.monotonic() + offset;
            cloud.observe(cloudTime - transit);
            expect(cloud.now()).toBeLessThanOrEqual(cloudTime + 1e-6);
          }
        },
      ),
    );
  });
});
