// Loaded into an agent's process: what its event loop and its memory do, phase by phase, in files beside its agent.yaml.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentHome } from '../faults/preload/home.ts';

/** Names the phase that is measured now. */
export const PHASE_FILE = 'lag-phase';
export const lagFile = (phase: string): string => `lag-${phase}.json`;

export interface Lag {
  /** Milliseconds by which a timer was late; one that was late for several ticks counts for each of them. */
  readonly p99: number;
  readonly max: number;
  readonly samples: number;
  /** Most bytes that were resident. */
  readonly rss: number;
}

const TICK_MS = 5;
const WRITE_EVERY = 50;

if (agentHome !== null) {
  const home = agentHome;
  let phase = '';
  let lags: number[] = [];
  let rss = 0;
  let ticks = 0;
  let expected = performance.now() + TICK_MS;
  const phaseNow = (): string => {
    try {
      return readFileSync(join(home, PHASE_FILE), 'utf8');
    } catch {
      return '';
    }
  };
  const told = (): Lag => {
    const sorted = lags.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
    return { p99: at(0.99), max: at(1), samples: sorted.length, rss };
  };
  const tick = (): void => {
    const now = performance.now();
    for (let late = Math.max(0, now - expected); ; late -= TICK_MS) {
      lags.push(Math.max(0, late));
      if (late < TICK_MS) break;
    }
    if (++ticks % WRITE_EVERY === 0) {
      rss = Math.max(rss, process.memoryUsage.rss());
      const next = phaseNow();
      if (next !== phase) {
        if (phase !== '') writeFileSync(join(home, lagFile(phase)), JSON.stringify(told()));
        [phase, lags, rss] = [next, [], 0];
      }
    }
    expected = performance.now() + TICK_MS;
    setTimeout(tick, TICK_MS).unref();
  };
  tick();
}
