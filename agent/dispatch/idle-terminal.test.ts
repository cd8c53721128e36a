import { describe, expect, it, vi } from 'vitest';
import { ManualClock } from '../testing/manual-clock.ts';
import { ask, queueOf, SlowTerminal, settle, write } from './testing/slow-terminal.ts';

describe('a look at a terminal that nobody asks', () => {
  /** Looks that end when the test or the queue says so. */
  class LookedAt extends SlowTerminal {
    readonly looks: { signal: AbortSignal; isWanted: () => boolean; end: () => void }[] = [];

    override async probe(signal: AbortSignal, isWanted: () => boolean): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => resolve());
      this.looks.push({ signal, isWanted, end: resolve });
      await promise;
    }
  }

  function lookedAt() {
    const due: (() => void)[] = [];
    const terminal = new LookedAt();
    const queue = queueOf(terminal, {
      probeMs: () => 60_000,
      timers: {
        after(_ms, work) {
          due.push(work);
          return () => undefined;
        },
      },
    });
    queue.start();
    return { terminal, queue, pass: () => due.shift()?.() };
  }

  it('that is answered serves the command that comes meanwhile', async () => {
    const { terminal, queue, pass } = lookedAt();
    pass();
    await settle();
    pass();
    const [look] = terminal.looks;
    expect(look?.isWanted()).toBe(false);
    const log: string[] = [];
    const { item, end } = ask('q', log);
    queue.push(item);
    expect([look?.isWanted(), log]).toEqual([true, []]);
    look?.end();
    await expect.poll(() => log).toEqual(['q began']);
    expect(look?.signal.aborted).toBe(false);
    end();
    await queue.stop();
  });

  it('that is not answered is given up for the command, and for the end of the agent', async () => {
    const { terminal, queue, pass } = lookedAt();
    pass();
    await settle();
    pass();
    const log: string[] = [];
    const { item, end } = ask('q', log);
    queue.push(item);
    await expect.poll(() => log, { timeout: 2000 }).toEqual(['q began']);
    expect(terminal.looks[0]?.signal.aborted).toBe(true);
    end();
    await settle();
    pass();
    expect(terminal.looks).toHaveLength(2);
    await queue.stop();
    expect(terminal.looks[1]?.signal.aborted).toBe(true);
  });
});

describe('idle work', () => {
  /** Work that ends when something else waits; a rude one does not. */
  function idle(isRude = false) {
    const seen = { runs: 0, refused: 0, aborted: false };
    const work = {
      run: async (signal: AbortSignal, isWanted: () => boolean) => {
        seen.runs++;
        while (!signal.aborted && (isRude || !isWanted())) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        seen.aborted = signal.aborted;
      },
      refuse: () => void seen.refused++,
    };
    return { work, seen };
  }

  it('waits for everything else, and waits once however often it is asked for', async () => {
    const terminal = new SlowTerminal();
    const queue = queueOf(terminal);
    const { work, seen } = idle();
    queue.push(write('a'));
    queue.whenIdle(work);
    queue.whenIdle(work);
    queue.push(write('b'));
    terminal.open();
    await vi.waitFor(() => expect(seen.runs).toBe(1));
    expect(terminal.batches.flat()).toEqual(['a', 'b']);
    queue.push(write('c'));
    await vi.waitFor(() => expect(terminal.batches.length).toBe(2));
    terminal.open();
    await queue.stop();
    expect(seen).toEqual({ runs: 1, refused: 0, aborted: false });
  });

  it('is ended for a command where it does not give way by itself', async () => {
    const clock = new ManualClock();
    const terminal = new SlowTerminal();
    const queue = queueOf(terminal, { clock });
    const { work, seen } = idle(true);
    queue.whenIdle(work);
    queue.push(write('a'));
    clock.advance(999);
    await new Promise((resolve) => setImmediate(resolve));
    expect([seen.runs, terminal.batches]).toEqual([1, []]);
    clock.advance(1);
    await vi.waitFor(() => expect(terminal.batches).toEqual([['a']]));
    expect(seen.aborted).toBe(true);
    terminal.open();
    await queue.stop();
  });

  it('does not put off the look at a terminal that nobody asks', async () => {
    const clock = new ManualClock();
    const terminal = new SlowTerminal();
    const probe = vi.spyOn(terminal, 'probe');
    const queue = queueOf(terminal, { probeMs: () => 60_000, timers: clock });
    queue.start();
    clock.advance(0);
    await vi.waitFor(() => expect(clock.waiting).toBe(1));
    const { work } = idle();
    queue.whenIdle(work);
    for (let n = 0; n < 7; n++) clock.advance(10_000);
    await vi.waitFor(() => expect(probe).toHaveBeenCalledTimes(1));
    await queue.stop();
  });

  it('is told that it is not done while somebody enrols', async () => {
    const queue = queueOf(new SlowTerminal());
    const held = Promise.withResolvers<void>();
    const { work, seen } = idle();
    queue.push({
      kind: 'ask',
      priority: 'command',
      id: 'e',
      holds: '@busy_enrolling',
      refuse: () => undefined,
      run: () => held.promise,
    });
    queue.whenIdle(work);
    expect(seen).toEqual({ runs: 0, refused: 1, aborted: false });
    held.resolve();
    await queue.stop();
  });

  it('does not put off what must be put right at the terminal', async () => {
    const clock = new ManualClock();
    const terminal = new SlowTerminal();
    const repair = vi.spyOn(terminal, 'repair');
    const queue = queueOf(terminal, { probeMs: () => 60_000, timers: clock, clock });
    queue.start();
    clock.advance(0);
    await vi.waitFor(() => expect(clock.waiting).toBe(1));
    const { work } = idle(true);
    queue.whenIdle(work);
    terminal.repairDueIn = 0;
    queue.repairSoon();
    clock.advance(1000);
    await vi.waitFor(() => expect(clock.waiting).toBe(1));
    clock.advance(500);
    await vi.waitFor(() => expect(repair).toHaveBeenCalledTimes(2));
    await queue.stop();
  });
});
