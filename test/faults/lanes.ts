// Plays over several lanes, each a process of its own that is handed one order after the other.
import { fork } from 'node:child_process';
import { once } from 'node:events';

export type LaneReport<Played> =
  | { readonly kind: 'ready' }
  | { readonly kind: 'played'; readonly played: Played }
  | { readonly kind: 'failed'; readonly seed: number | null; readonly text: string };

/** A lane that is silent for this long is given up. */
const SILENT_MS = 240_000;
const STOP_MS = 15_000;

/**
 * Starts `script` as a lane and hands it orders until `take` has no more.
 * @throws Error if the lane dies or falls silent
 */
export async function lane<Order extends object, Played>(
  script: URL,
  take: () => Order | null,
  tell: (played: Played) => void,
): Promise<void> {
  const child = fork(script, { serialization: 'advanced' });
  const exited = once(child, 'exit');
  try {
    for (;;) {
      const report = await nextReport<Played>(child, exited);
      if (report.kind === 'failed') throw new Error(`seed ${report.seed}: ${report.text}`);
      if (report.kind === 'played') tell(report.played);
      const order = take();
      if (order === null) return;
      child.send(order);
    }
  } finally {
    if (child.exitCode === null && child.signalCode === null) {
      child.send('stop');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(timer);
    }
  }
}

async function nextReport<Played>(
  child: ReturnType<typeof fork>,
  exited: Promise<unknown[]>,
): Promise<LaneReport<Played>> {
  const signal = AbortSignal.timeout(SILENT_MS);
  const died = exited.then(([code, by]): never => {
    throw new Error(`a lane ended by itself (${String(by ?? code)})`);
  });
  const [report] = (await Promise.race([once(child, 'message', { signal }), died])) as [LaneReport<Played>];
  return report;
}

/** What a lane that has been opened does. */
export interface LaneWork<Order, Played> {
  play(order: Order): Promise<Played>;
  stop(): Promise<void>;
}

/** The other end: this process is a lane, until it is stopped or whoever started it is gone. */
export async function serveLane<Order extends { readonly seed: number }, Played>(
  open: () => Promise<LaneWork<Order, Played>>,
): Promise<void> {
  const report = (message: LaneReport<Played>): void => void process.send?.(message);
  const fail = (seed: number | null, error: unknown): void => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    report({ kind: 'failed', seed, text });
  };
  try {
    const work = await open();
    process.on('message', (order: Order | 'stop') => {
      if (order === 'stop') {
        void work.stop().finally(() => process.exit(0));
        return;
      }
      work.play(order).then(
        (played) => report({ kind: 'played', played }),
        (error: unknown) => fail(order.seed, error),
      );
    });
    process.on('disconnect', () => void work.stop().finally(() => process.exit(1)));
    report({ kind: 'ready' });
  } catch (error) {
    fail(null, error);
  }
}
