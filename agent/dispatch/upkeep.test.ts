import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextUpkeep, type UpkeepFacts } from './upkeep.ts';

const facts = (more: Partial<UpkeepFacts> = {}): UpkeepFacts => ({
  repairDueIn: null,
  failedRepairs: 0,
  isReachable: true,
  probeMs: 60_000,
  chance: 0.5,
  ...more,
});

describe('what an idle terminal needs next', () => {
  it('is a look after its interval, sooner where it does not answer', () => {
    expect(nextUpkeep(facts())).toEqual({ what: 'probe', inMs: 60_000 });
    expect(nextUpkeep(facts({ isReachable: false }))).toEqual({ what: 'probe', inMs: 30_000 });
    expect(nextUpkeep(facts({ isReachable: false, probeMs: 10_000 }))).toEqual({
      what: 'probe',
      inMs: 10_000,
    });
  });

  it('is nothing where it is not to be looked at and nothing is owed to it', () => {
    expect(nextUpkeep(facts({ probeMs: 0 }))).toBeNull();
    expect(nextUpkeep(facts({ probeMs: 0, isReachable: false }))).toBeNull();
  });

  it('is to be put right first, with longer pauses after each attempt that failed', () => {
    const pauses = [0, 1, 2, 3, 4, 5, 99].map(
      (failedRepairs) => nextUpkeep(facts({ repairDueIn: 0, failedRepairs, probeMs: 0 }))?.inMs,
    );
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  });

  it('tells an unplugged terminal within 90 s, a time-out of 5 s included, and never floods one', () => {
    const chance = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(chance, fc.constantFrom(true, false, null), (luck, isReachable) => {
        const upkeep = nextUpkeep(facts({ chance: luck, isReachable }));
        expect(upkeep?.inMs).toBeLessThanOrEqual(90_000 - 2 * 5000 - 1500);
        expect(upkeep?.inMs).toBeGreaterThanOrEqual(27_000);
      }),
    );
  });

  it('never puts off what is owed to it', () => {
    fc.assert(
      fc.property(fc.nat(200_000), fc.nat(600_000), (repairDueIn, probeMs) => {
        const upkeep = nextUpkeep(facts({ repairDueIn, probeMs }));
        expect(upkeep?.inMs).toBeLessThanOrEqual(Math.max(repairDueIn, 500));
      }),
    );
  });
});
