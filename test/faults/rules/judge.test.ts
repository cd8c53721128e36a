import { describe, expect, it } from 'vitest';
import { type Promised, wrongOf } from './judge.ts';

const window = { from: 10_000, to: 20_000 };
const promised: Promised = { card: 7, window, toldAt: 5000, isSure: true, endedAt: null, graceMs: 2000 };
const stand = (from: number, to: number) => ({ userId: '1', from, to });

describe('the judge of rules', () => {
  it('lets pass what stands within its window, and two seconds of work at either end', () => {
    expect(wrongOf(promised, [stand(10_000, 20_000)], [])).toEqual([]);
    expect(wrongOf(promised, [stand(11_900, 21_900)], [])).toEqual([]);
  });

  it('sees a card that comes too early, too late, or stands too long', () => {
    expect(wrongOf(promised, [stand(9000, 20_000)], [])).toHaveLength(1);
    expect(wrongOf(promised, [stand(12_500, 20_000)], [])).toHaveLength(1);
    expect(wrongOf(promised, [stand(10_000, 22_100)], [])).toHaveLength(1);
    expect(wrongOf(promised, [], [])).toHaveLength(1);
    expect(wrongOf(promised, [stand(10_000, 14_000), stand(16_500, 20_000)], [])).toHaveLength(1);
  });

  it('excuses whoever could do nothing, and two seconds more', () => {
    const away = [{ from: 19_000, to: 25_000 }];
    expect(wrongOf(promised, [stand(10_000, 26_900)], away)).toEqual([]);
    expect(wrongOf(promised, [stand(10_000, 27_100)], away)).toHaveLength(1);
  });

  it('wants it off behind its last pass, and never on where the caller was told that it is not', () => {
    expect(wrongOf({ ...promised, endedAt: 12_000 }, [stand(10_000, 14_000)], [])).toEqual([]);
    expect(wrongOf({ ...promised, endedAt: 12_000 }, [stand(10_000, 14_100)], [])).toHaveLength(1);
    expect(wrongOf({ ...promised, toldAt: null }, [stand(11_000, 12_000)], [])).toHaveLength(1);
    expect(wrongOf({ ...promised, toldAt: null, isSure: false }, [], [])).toEqual([]);
  });
});
