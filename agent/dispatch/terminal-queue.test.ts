import { describe, expect, it, vi } from 'vitest';
import { MAX_WAITING } from './terminal-queue.ts';
import { ask, queueOf, SlowTerminal, settle, write } from './testing/slow-terminal.ts';

describe('the queue of a terminal', () => {
  it('serves one at a time, first come first served, and takes writes that wait together', async () => {
    const terminal = new SlowTerminal();
    const queue = queueOf(terminal);
    const log: string[] = [];
    const question = ask('q', log);
    queue.push(write('a'));
    queue.push(write('c', 2));
    queue.push(write('b', 1));
    queue.push(question.item);
    queue.push(write('d'));
    await settle();
    expect([terminal.batches, log]).toEqual([[['a']], []]);
    terminal.open();
    await settle();
    // What came while the first was written joins its locked window.
    expect(terminal.batches).toEqual([['a', 'c', 'b']]);
    expect(log).toEqual(['q began']);
    question.end();
    await settle();
    expect(terminal.batches).toEqual([['a', 'c', 'b'], ['d']]);
    terminal.open();
    await queue.stop();
  });

  it('orders writes that wait together by the time they were issued', async () => {
    const terminal = new SlowTerminal();
    const queue = queueOf(terminal);
    const log: string[] = [];
    const question = ask('q', log);
    queue.push(question.item);
    queue.push(write('late', 9));
    queue.push(write('early', 3));
    question.end();
    await settle();
    expect(terminal.batches).toEqual([['early', 'late']]);
    terminal.open();
    await queue.stop();
  });

  it('serves what is more urgent first, and what is alike in the order in which it came', async () => {
    const queue = queueOf(new SlowTerminal());
    const log: string[] = [];
    const items = [
      ask('first', log),
      ask('command', log),
      ask('one', log, null, 'settings'),
      ask('other', log, null, 'settings'),
    ];
    for (const { item } of items) queue.push(item);
    for (const { end } of items) end();
    await expect.poll(() => log.filter((line) => line.endsWith('began'))).toHaveLength(4);
    expect(log.filter((line) => line.endsWith('began'))).toEqual(
      ['first', 'one', 'other', 'command'].map((id) => `${id} began`),
    );
    await queue.stop();
  });

  it('says busy when too many wait, and takes more when there is room', async () => {
    const terminal = new SlowTerminal();
    const queue = queueOf(terminal);
    const log: string[] = [];
    const question = ask('q', log);
    queue.push(question.item);
    for (let n = 0; n < MAX_WAITING; n++) queue.push(write(`w${n}`));
    expect(() => queue.push(write('over'))).toThrow(/is busy: 200 commands are waiting/);
    question.end();
    await settle();
    queue.push(write('fits'));
    terminal.open();
    await queue.stop();
  });

  it('is busy for all others while somebody enrols, also for those who waited before', async () => {
    const queue = queueOf(new SlowTerminal());
    const log: string[] = [];
    const [first, enrol] = [ask('first', log), ask('enrol', log, '@busy_enrolling')];
    const waiting = write('waiting');
    queue.push(first.item);
    queue.push(enrol.item);
    queue.push(waiting);
    first.end();
    await settle();
    expect(waiting).toMatchObject({ refusedBy: 'device_busy' });
    expect(() => queue.push(write('later'))).toThrow(/busy: somebody is enrolling/);
    enrol.end();
    await queue.stop();
  });

  it('cancels what has not begun without running it, and ends a question under way', async () => {
    const queue = queueOf(new SlowTerminal());
    const log: string[] = [];
    const [first, second] = [ask('first', log), ask('second', log)];
    queue.push(first.item);
    queue.push(second.item);
    await settle();
    expect([queue.cancel('second'), queue.cancel('first'), queue.cancel('unknown')]).toEqual([
      true,
      true,
      false,
    ]);
    await settle();
    expect(log).toEqual(['first began', 'second refused cancelled', 'first aborted']);
    await queue.stop();
  });

  it('cancels what the terminal was handed and has not begun, and nothing that it has', async () => {
    const terminal = new SlowTerminal();
    const queue = queueOf(terminal);
    const [begun, handed] = [write('begun', 0, { hasBegun: true }), write('handed')];
    const { item, end } = ask('q', []);
    for (const each of [item, begun, handed]) queue.push(each);
    end();
    await settle();
    expect(terminal.batches).toEqual([['begun', 'handed']]);
    expect([queue.cancel('begun'), queue.cancel('handed')]).toEqual([false, true]);
    expect([begun.refusedBy, handed.refusedBy]).toEqual([undefined, 'cancelled']);
    terminal.open();
    await queue.stop();
  });

  it('tells at the deadline of what has not begun, however long the terminal is at work', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const terminal = new SlowTerminal();
    const queue = queueOf(terminal);
    const within = (ms: number) => {
      const until = performance.now() + ms;
      return () => until - performance.now();
    };
    const { item } = ask('q', []);
    const [early, late] = [
      write('early', 0, { timeLeft: within(20_000) }),
      write('late', 0, { timeLeft: within(22_000) }),
    ];
    for (const each of [item, late, early]) queue.push(each);
    vi.advanceTimersByTime(19_999);
    expect([early.refusedBy, late.refusedBy]).toEqual([undefined, undefined]);
    vi.advanceTimersByTime(1);
    expect([early.refusedBy, late.refusedBy]).toEqual(['expired', undefined]);
    vi.advanceTimersByTime(2000);
    expect(late.refusedBy).toBe('expired');
    vi.useRealTimers();
    await queue.stop();
  });

  it('stops after what is under way, and leaves what waits to the journal', async () => {
    const terminal = new SlowTerminal();
    const queue = queueOf(terminal);
    queue.push(write('a'));
    await settle();
    const waiting = write('b');
    queue.push(waiting);
    const stopped = queue.stop();
    terminal.open();
    await stopped;
    expect(terminal.batches).toEqual([['a']]);
    expect(waiting).not.toHaveProperty('refusedBy');
  });

  it('puts the terminal right before it stops', async () => {
    const terminal = new SlowTerminal();
    terminal.repairDueIn = 0;
    await queueOf(terminal).stop();
    expect(terminal.repairDueIn).toBeNull();
  });

  it('puts a terminal right when that is due, though nothing else is asked of it', async () => {
    vi.useFakeTimers();
    try {
      const terminal = new SlowTerminal();
      terminal.repair = async () => {
        terminal.repairDueIn = terminal.repairDueIn === 0 ? null : 15_000;
      };
      const queue = queueOf(terminal);
      queue.start();
      await vi.advanceTimersByTimeAsync(1);
      expect(terminal.repairDueIn).toBe(15_000);
      terminal.repairDueIn = 0;
      await vi.advanceTimersByTimeAsync(14_000);
      expect(terminal.repairDueIn).toBe(0);
      await vi.advanceTimersByTimeAsync(1000);
      expect(terminal.repairDueIn).toBeNull();
      await queue.stop();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a terminal that is full', () => {
  it('is told to be busy once, and to have time again when half of its places are free', async () => {
    const told: (string | null)[] = [];
    const terminal = new SlowTerminal();
    const queue = queueOf(terminal, { onBusy: (refusal) => void told.push(refusal?.code ?? null) });
    const log: string[] = [];
    const running = ask('first', log);
    queue.push(running.item);
    const waiting = Array.from({ length: MAX_WAITING }, (_, index) => ask(`q${index}`, log));
    for (const { item } of waiting) queue.push(item);
    expect(told).toEqual(['device_busy']);
    running.end();
    for (const { end } of waiting.slice(0, MAX_WAITING / 2 - 2)) end();
    await expect.poll(() => log.filter((line) => line.endsWith('ended')).length).toBe(MAX_WAITING / 2 - 1);
    expect(told).toEqual(['device_busy']);
    for (const { end } of waiting) end();
    await expect.poll(() => told).toEqual(['device_busy', null]);
    await queue.stop();
  });
});
