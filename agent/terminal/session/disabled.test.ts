import { afterEach, expect, it } from 'vitest';
import { type Bench, codeOf, create, nothingMore, startBench } from '../testing/bench.ts';

let bench: Bench;
afterEach(() => bench.stop());

/** What docs/architecture.md promises of a locked window. */
const MOST_MS = 15_000;

it('enables a terminal that becomes slow while it is disabled, in time and without writing, and writes later', async () => {
  const latency = { perKbMs: 20 };
  bench = await startBench({ users: 200, counters: 'none', timedDisable: 'ignored', latency }, '', 5000);
  const { simulated, terminal } = bench;
  await terminal.roster();
  const job = create('900001');
  const writing = terminal.write([job], nothingMore);
  await expect.poll(() => simulated.enabled, { interval: 5 }).toBe(false);
  // Each KB comes in time, the table as a whole does not.
  simulated.options.latency.perKbMs = 2000;
  await expect.poll(() => simulated.enabled, { timeout: 30_000 }).toBe(true);
  const [stretch] = simulated.disabledStretches;
  expect(stretch!.to! - stretch!.from).toBeLessThan(MOST_MS);
  expect(job.events).toEqual([]);
  simulated.options.latency.perKbMs = 0;
  await writing;
  expect(codeOf(job)).toBe('ok');
  expect([simulated.enabled, simulated.violations]).toEqual([true, []]);
}, 60_000);
