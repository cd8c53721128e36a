// Waits for the moments at which something shall strike: a time, a command at the terminal, a sign of the agent.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedTerminal } from '../terminal/terminal.ts';
import type { Trigger } from './acts.ts';
import type { Line } from './line.ts';

interface Waiting {
  readonly name: string;
  readonly nth: number;
  readonly delayMs: number;
  readonly strike: (moment: string) => void;
}

export class Triggers {
  readonly #end: AbortSignal;
  readonly #waiting = new Set<Waiting>();
  readonly #seen = new Map<string, number>();

  /** Nothing strikes once `end` is aborted. */
  constructor(terminal: SimulatedTerminal, line: Line, end: AbortSignal) {
    this.#end = end;
    line.onSign = (sign) => this.#happened(sign);
    let last = terminal.log.at(-1);
    const unwatch = terminal.watch(() => {
      const entry = terminal.log.at(-1);
      if (entry === undefined || entry === last) return;
      last = entry;
      this.#happened(`command ${entry.command}`);
    });
    end.addEventListener('abort', unwatch, { once: true });
  }

  /** Calls `strike` at that moment, with its name. */
  add(when: Trigger, strike: (moment: string) => void): void {
    if ('afterMs' in when) return void this.#strikeAfter(when.afterMs, 'a time', strike);
    const name = 'sign' in when ? when.sign : `command ${when.command}`;
    this.#waiting.add({ name, nth: when.nth, delayMs: when.delayMs, strike });
  }

  #happened(name: string): void {
    const count = (this.#seen.get(name) ?? 0) + 1;
    this.#seen.set(name, count);
    for (const waiting of this.#waiting) {
      if (waiting.name !== name || waiting.nth !== count) continue;
      this.#waiting.delete(waiting);
      void this.#strikeAfter(waiting.delayMs, name, waiting.strike);
    }
  }

  async #strikeAfter(ms: number, moment: string, strike: (moment: string) => void): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#end }).catch(() => undefined);
    if (!this.#end.aborted) strike(moment);
  }
}
