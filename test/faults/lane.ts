// One lane of the campaign as a process of its own: an arena, and the schedules that it is handed one after the other.
import { Arena } from './arena.ts';
import { type Played, play } from './play.ts';
import { type Narrowed, scheduleOf } from './schedule.ts';

export interface LaneOrder extends Narrowed {
  readonly seed: number;
  readonly verbose: boolean;
}

export type LaneReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'played'; readonly played: Played }
  | { readonly kind: 'failed'; readonly seed: number | null; readonly text: string };

function report(message: LaneReport): void {
  process.send?.(message);
}

async function run(): Promise<void> {
  let seed: number | null = null;
  try {
    const arena = await Arena.start();
    process.on('message', (order: LaneOrder | 'stop') => {
      if (order === 'stop') {
        void arena.stop().then(() => process.exit(0));
        return;
      }
      seed = order.seed;
      play(arena, scheduleOf(order.seed, order), order.verbose).then(
        (played) => report({ kind: 'played', played }),
        (error: unknown) => fail(seed, error),
      );
    });
    process.on('disconnect', () => void arena.stop().finally(() => process.exit(1)));
    report({ kind: 'ready' });
  } catch (error) {
    fail(seed, error);
  }
}

function fail(seed: number | null, error: unknown): void {
  report({
    kind: 'failed',
    seed,
    text: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
}

await run();
