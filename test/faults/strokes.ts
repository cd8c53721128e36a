// Carries out the strokes of a schedule at their moments, and takes every standing fault away at its end.
import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import type { Arena } from './arena.ts';
import { describe } from './caller.ts';
import type { Happening } from './model.ts';
import type { Act, ActKind, Schedule, Stroke, Trigger } from './schedule.ts';
import type { Timeline } from './timeline.ts';

/** How often a kind of fault struck. */
export type Counts = Partial<Record<string, number>>;

export class Strokes {
  readonly counts: Counts = {};
  /** What was done at the keypad, by user. */
  readonly keypad: (Happening & { readonly userId: string })[] = [];
  readonly #arena: Arena;
  readonly #terminal: SimulatedTerminal;
  readonly #timeline: Timeline;
  readonly #end = new AbortController();
  readonly #standing = new Set<() => unknown>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(arena: Arena, terminal: SimulatedTerminal, timeline: Timeline) {
    this.#arena = arena;
    this.#terminal = terminal;
    this.#timeline = timeline;
  }

  start({ strokes }: Schedule): void {
    for (const stroke of strokes) this.#track(this.#wait(stroke));
    this.#watch(strokes.filter(({ when }) => 'command' in when));
  }

  /** Nothing strikes any more; what stands is taken away. Resolves when all of it is. */
  async stop(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#running);
    await Promise.all([...this.#standing].map((undo) => undo()));
    this.#standing.clear();
  }

  async #wait({ when, act }: Stroke): Promise<void> {
    if (!('afterMs' in when)) return;
    await this.#pause(when.afterMs);
    if (!this.#end.signal.aborted) await this.#strike(act);
  }

  /** Looks at every request as it arrives at the terminal. */
  #watch(strokes: readonly Stroke[]): void {
    const seen = new Map<number, number>();
    const waiting = new Set(strokes);
    let last = this.#terminal.log.at(-1);
    const look = (terminal: SimulatedTerminal): boolean => {
      const entry = terminal.log.at(-1);
      if (entry === undefined || entry === last) return this.#end.signal.aborted;
      last = entry;
      const count = (seen.get(entry.command) ?? 0) + 1;
      seen.set(entry.command, count);
      for (const stroke of waiting) {
        const { when } = stroke;
        if (!('command' in when) || when.command !== entry.command || when.nth !== count) continue;
        waiting.delete(stroke);
        this.#track(this.#strikeAfter(when, stroke.act));
      }
      return this.#end.signal.aborted;
    };
    // Ends with the next thing that happens after the end, or by its own time-out.
    this.#terminal.until(look, 60_000).catch(() => undefined);
  }

  async #strikeAfter(when: Trigger, act: Act): Promise<void> {
    const ms = 'delayMs' in when ? when.delayMs : 0;
    if (ms > 0) await this.#pause(ms);
    if (!this.#end.signal.aborted) await this.#strike(act);
  }

  async #strike(act: Act): Promise<void> {
    const { kind, ...details } = act;
    if (kind !== 'keypad') this.#count(kind);
    this.#timeline.note(`** ${kind} ${JSON.stringify(details)}`);
    const arena = this.#arena;
    switch (act.kind) {
      case 'agent-killed':
        return arena.agent.kill();
      case 'agent-stopped':
        await arena.agent.stop();
        return arena.agent.start();
      case 'broker-restarted':
        return arena.system.broker.restart();
      case 'line-cut':
        return arena.cutLine();
      case 'journal-wiped':
        return arena.wipeJournal();
      case 'disk-full':
        return this.#stand(act.forMs, this.#fillDisk());
      case 'clock-stepped':
        return arena.setClock(act.aheadMs);
      case 'second-agent':
        await arena.startTwin();
        return this.#stand(act.forMs, () => arena.stopTwin());
      case 'message-lost':
        return arena.line.orderMessages('lost', act.times);
      case 'message-doubled':
        return arena.line.orderMessages('doubled', act.times);
      case 'message-late':
        return arena.line.orderMessages('late', act.times, act.ms);
      case 'row-lost':
        return arena.line.orderRows('lost', act.times);
      case 'row-doubled':
        return arena.line.orderRows('doubled', act.times);
      case 'row-late':
        return arena.line.orderRows('late', act.times, act.ms);
      case 'terminal-fault':
        return this.#stand(act.forMs, this.#terminal.faults.add(act.fault));
      case 'terminal-rebooted':
        return this.#terminal.reboot(act.awayMs);
      case 'keypad':
        return this.#typeIn(act);
    }
  }

  /** Somebody who comes to the keypad, and waits if it is locked. */
  async #typeIn({ userId, change }: Act & { kind: 'keypad' }): Promise<void> {
    const typed = this.#terminal.keypad.whenUnlocked((keypad) => {
      const at = performance.now();
      try {
        if (change.kind === 'create') keypad.addUser({ userId, ...change.fields });
        else if (change.kind === 'update') keypad.editUser(userId, change.fields);
        else keypad.deleteUser(userId);
      } catch (error) {
        // Taken, or not there: the person reads it and goes away.
        if (!(error instanceof RangeError)) throw error;
        return;
      }
      this.#count('keypad');
      this.keypad.push({ userId, author: 'keypad', from: at, to: at, change, verdict: 'ok' });
      this.#timeline.note(`keypad: ${describe({ userId, change })}`);
    });
    const gone = new Promise((resolve) =>
      this.#end.signal.addEventListener('abort', resolve, { once: true }),
    );
    await Promise.race([typed, gone]);
  }

  /** The agent's process may not write another byte to any file: EFBIG, as ENOSPC would be. */
  #fillDisk(): () => void {
    const { pid } = this.#arena.agent;
    limitFiles(pid, '0');
    return () => limitFiles(pid, 'unlimited');
  }

  async #stand(ms: number, undo: () => unknown): Promise<void> {
    this.#standing.add(undo);
    await this.#pause(ms);
    this.#standing.delete(undo);
    await undo();
    this.#timeline.note('** a standing fault was taken away');
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#end.signal }).catch(() => undefined);
  }

  #count(kind: ActKind): void {
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
  }

  #track(work: Promise<unknown>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }
}

/** Largest file that process may write from now on. A process that is gone has no limits to be set. */
export function limitFiles(pid: number, limit: string): void {
  try {
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${limit}:unlimited`], { stdio: 'ignore' });
  } catch {
    // It was killed in the meantime.
  }
}
