import { describe, expect, it, vi } from 'vitest';
import type { SerenoError } from '../../shared/errors.ts';
import type { Phrase } from '../../shared/words.ts';
import { systemClock } from '../clock.ts';
import type { WriteJob } from '../terminal/writes/write-job.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import type { QueueItem } from './queue-item.ts';
import { MAX_WAITING, type QueuedTerminal, type QueuePorts, TerminalQueue } from './terminal-queue.ts';

/** A terminal whose work ends when the test says so. */
class SlowTerminal implements QueuedTerminal {
  repairDueIn: number | null = null;
  readonly batches: string[][] = [];
  readonly #gates: (() => void)[] = [];

  async write(first: readonly WriteJob[], more: () => WriteJob | undefined): Promise<void> {
    const batch = first.map(({ id }) => id);
    this.batches.push(batch);
    await new Promise<void>((resolve) => this.#gates.push(resolve));
    for (let job = more(); job !== undefined; job = more()) batch.push(job.id);
  }

  async repair(): Promise<void> {
    this.repairDueIn = null;
  }

  async probe(_signal: AbortSignal, _isWanted: () => boolean): Promise<void> {}

  async close(): Promise<void> {}

  open(): void {
    this.#gates.shift()?.();
  }
}

const queueOf = (terminal: QueuedTerminal, ports: Partial<QueuePorts> = {}) =>
  new TerminalQueue('d', terminal, {
    isReachable: () => true,
    probeMs: () => 0,
    onBusy: () => undefined,
    clock: systemClock,
    timers: systemClock,
    ...ports,
  });

const write = (
  id: string,
  issuedAt = 0,
  { hasBegun = false, timeLeft = (): number => 60_000 } = {},
): QueueItem & { refusedBy?: string } => ({
  kind: 'write',
  priority: 'command',
  id,
  issuedAt,
  job: { id, hasBegun, isOver: false, leave: () => undefined } as Partial<WriteJob> as WriteJob,
  timeLeft,
  refuse(error: SerenoError) {
    this.refusedBy = error.code;
  },
});

function ask(
  id: string,
  log: string[],
  holds: Phrase | null = null,
  priority: QueueItem['priority'] = 'command',
) {
  const gate = Promise.withResolvers<void>();
  const item: QueueItem = {
    kind: 'ask',
    priority,
    id,
    holds,
    refuse: (error) => void log.push(`${id} refused ${error.code}`),
    run: async (signal) => {
      log.push(`${id} began`);
      await Promise.race([gate.promise, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
      log.push(`${id} ${signal.aborted ? 'aborted' : 'ended'}`);
    },
  };
  return { item, end: gate.resolve };
}

/** Lets everything run that is ready to. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

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
});
