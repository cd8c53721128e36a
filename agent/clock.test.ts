import { describe, expect, it } from 'vitest';
import { limitOf, pause, systemClock } from './clock.ts';
import { ManualClock } from './testing/manual-clock.ts';

describe("the agent's clock", () => {
  it('resolves a pause when its time has passed, and not before', async () => {
    const clock = new ManualClock();
    let isOver = false;
    const over = pause(clock, 100).then(() => {
      isOver = true;
    });
    clock.advance(99);
    await Promise.resolve();
    expect(isOver).toBe(false);
    clock.advance(1);
    await over;
    expect(clock.waiting).toBe(0);
  });

  it('ends a pause by its signal, with the reason of that, and waits for nothing more', async () => {
    const clock = new ManualClock();
    const abort = new AbortController();
    const over = pause(clock, 100, abort.signal);
    abort.abort(new Error('no interest'));
    await expect(over).rejects.toThrow('no interest');
    expect(clock.waiting).toBe(0);
    await expect(pause(clock, 100, abort.signal)).rejects.toThrow('no interest');
    expect(clock.waiting).toBe(0);
  });

  it('aborts a limit when its time has passed', () => {
    const clock = new ManualClock();
    const signal = limitOf(clock, 5000);
    clock.advance(4999);
    expect(signal.aborted).toBe(false);
    clock.advance(1);
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('calls what becomes due in order, each at its moment', () => {
    const clock = new ManualClock(1000);
    const called: [string, number][] = [];
    clock.after(20, () => called.push(['late', clock.now()]));
    clock.after(10, () => {
      called.push(['early', clock.now()]);
      clock.after(5, () => called.push(['from within', clock.now()]));
    });
    const takeBack = clock.after(15, () => called.push(['taken back', clock.now()]));
    takeBack();
    clock.advance(30);
    expect(called).toEqual([
      ['early', 1010],
      ['from within', 1015],
      ['late', 1020],
    ]);
    expect(clock.now()).toBe(1030);
  });

  it('holds waits that are longer than a timer can be', async () => {
    const cancel = systemClock.after(0x80000000, () => expect.unreachable('called at once'));
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    cancel();
  });
});
