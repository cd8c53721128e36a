// A terminal without a protocol, and work for its queue that ends when the test says so.
import type { SerenoError } from '../../../shared/errors.ts';
import type { Phrase } from '../../../shared/words.ts';
import { systemClock } from '../../clock.ts';
import type { WriteJob } from '../../terminal/write-job.ts';
import type { QueueItem } from '../queue-item.ts';
import { type QueuedTerminal, type QueuePorts, TerminalQueue } from '../terminal-queue.ts';

/** A terminal whose work ends when the test says so. */
export class SlowTerminal implements QueuedTerminal {
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

  shareOf(): number {
    return 1;
  }

  async close(): Promise<void> {}

  open(): void {
    this.#gates.shift()?.();
  }
}

export const queueOf = (terminal: QueuedTerminal, ports: Partial<QueuePorts> = {}) =>
  new TerminalQueue('d', terminal, {
    isReachable: () => true,
    probeMs: () => 0,
    onBusy: () => undefined,
    clock: systemClock,
    timers: systemClock,
    ...ports,
  });

export const write = (
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

export function ask(
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
export const settle = () => new Promise((resolve) => setImmediate(resolve));
