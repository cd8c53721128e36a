import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from './journal/journal.ts';
import { NotedClock } from './noted-clock.ts';
import { ManualClock } from './testing/manual-clock.ts';

const TEN_MINUTES = 600_000;
const log = pino({ level: 'silent' });
let folder: string;
let journal: Journal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sereno-clock-'));
  journal = Journal.open(folder, 'norte');
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

class BootedClock extends ManualClock {
  boot = 'one';
}

/** A run of the agent that was told the cloud's time, five seconds before it ended. */
function toldTime(clock: BootedClock, cloud: number): void {
  const run = new NotedClock(clock, journal.notes, log);
  run.observe(cloud);
  run.note();
  clock.advance(5000);
}

describe('the time of an agent that has started again and was told nothing yet', () => {
  it.each([-TEN_MINUTES, TEN_MINUTES])('stays right where the wall clock has stepped by %i ms', (step) => {
    const clock = new BootedClock(1_800_000_000_000);
    toldTime(clock, 1_800_000_060_000);
    clock.wall += step;
    const next = new NotedClock(clock, journal.notes, log);
    expect(next.now()).toBe(1_800_000_065_000);
    clock.advance(1000);
    expect(next.left(1_800_000_070_000)).toBe(4000);
  });

  it('goes by the wall clock and its noted offset once the machine was started anew', () => {
    const clock = new BootedClock(1_800_000_000_000);
    toldTime(clock, 1_800_000_060_000);
    clock.boot = 'two';
    const next = new NotedClock(clock, journal.notes, log);
    expect(next.offset).toBeNull();
    expect(next.now()).toBe(clock.wall + 60_000);
  });

  it('is mended by the first message where it has become late, and by two that agree where it was far off', () => {
    const clock = new BootedClock(1_800_000_000_000);
    toldTime(clock, 1_800_000_060_000);
    const late = new NotedClock(clock, journal.notes, log);
    late.observe(1_800_000_067_000);
    expect(late.now()).toBe(1_800_000_067_000);
    const asleep = new NotedClock(clock, journal.notes, log);
    asleep.observe(1_800_009_000_000);
    asleep.observe(1_800_009_000_000);
    expect(asleep.now()).toBe(1_800_009_000_000);
  });

  it('is read from no note that is damaged', () => {
    const clock = new BootedClock(1_800_000_000_000);
    journal.notes.write('clock_belief', '{"boot":"one","ahead":"soon"}');
    expect(new NotedClock(clock, journal.notes, log).now()).toBe(1_800_000_000_000);
  });
});
