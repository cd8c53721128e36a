// Measuring: runs of the same work, in percentiles.

export interface Figures {
  readonly runs: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** One case of a report, compared with a bar that is set for it. */
export interface Finding {
  readonly what: string;
  /** Median, or all of many together. */
  readonly ours: number;
  readonly unit: 'ms' | 'MB';
  /** What it is compared with, in the same unit, and what that is. */
  readonly other: number;
  readonly beside: string;
  /** What cannot be avoided; null where that was not measured. */
  readonly floor: number | null;
  /** `ours` may be at most this part of `other`. */
  readonly bar: number;
}

let isQuick = false;

/** From here on everything is measured a few times only: to see that it runs, not to quote it. */
export function measureQuickly(): void {
  isQuick = true;
}

/** How often something is measured: `few` times where it is to be quick. */
export function times(runs: number, few = 2): number {
  return isQuick ? Math.min(runs, few) : runs;
}

/** Percentiles of `samples` (ms). */
export function figures(samples: readonly number[]): Figures {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { runs: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

/** Runs `work` a number of times, one after the other, and measures all but the first few runs; `before` each is not measured. */
export async function repeat(
  runs: number,
  work: (run: number) => Promise<unknown>,
  warmUp = 5,
  before: () => Promise<unknown> = async () => undefined,
): Promise<Figures> {
  const samples: number[] = [];
  for (let run = 0; run < times(runs) + times(warmUp, 1); run++) {
    await before();
    const startedAt = performance.now();
    await work(run);
    if (run >= times(warmUp, 1)) samples.push(performance.now() - startedAt);
  }
  return figures(samples);
}

/** One line of a report. */
export function line(what: string, { runs, p50, p95, p99, max }: Figures): string {
  const ms = (value: number) => `${value.toFixed(1).padStart(7)} ms`;
  return `  ${what.padEnd(52)} p50 ${ms(p50)}   p95 ${ms(p95)}   p99 ${ms(p99)}   max ${ms(max)}   (${runs} runs)`;
}
