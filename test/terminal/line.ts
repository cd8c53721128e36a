// A client's line, TCP or UDP, and the outbox that sends over it as slowly and as oddly as the options say.
import { setImmediate } from 'node:timers/promises';
import type { TerminalOptions } from './configuration.ts';
import { pause } from './pause.ts';
import type { Random } from './random.ts';

export interface Line {
  readonly transport: 'tcp' | 'udp';
  /** The bytes of a payload on this line. */
  frame(payload: Buffer): Buffer;
  /** Settles when the bytes have left this process, or cannot any more. */
  write(bytes: Buffer): Promise<void>;
  /** Closes once everything is out. */
  close(): void;
  /** Resets at once. */
  cut(): void;
}

type Item = { readonly bytes: Buffer } | { readonly act: () => void };

const LEAST_PAUSE_MS = 1;

export class Outbox {
  readonly #line: Line;
  readonly #options: TerminalOptions;
  readonly #random: Random;
  readonly #gone: AbortSignal;
  #items: Item[] = [];
  #running = false;
  /** Delay still to be waited for: timers have no fractions of a millisecond. */
  #owedMs = 0;

  constructor(line: Line, options: TerminalOptions, random: Random, gone: AbortSignal) {
    this.#line = line;
    this.#options = options;
    this.#random = random;
    this.#gone = gone;
  }

  /** Sends these frames in order, then acts. */
  push(frames: readonly Buffer[], act?: () => void): void {
    for (const bytes of frames) this.#items.push({ bytes });
    if (act !== undefined) this.#items.push({ act });
    if (!this.#running) void this.#run();
  }

  async #run(): Promise<void> {
    this.#running = true;
    for (let item = this.#next(); item !== undefined; item = this.#next()) {
      if ('act' in item) item.act();
      else await this.#send(item.bytes);
    }
    this.#running = false;
  }

  /** The next item; where frames are joined, all that are ready up to the next act. */
  #next(): Item | undefined {
    if (this.#gone.aborted) this.#items = [];
    const first = this.#items.shift();
    if (first === undefined || 'act' in first || !this.#joins) return first;
    const ready = [first.bytes];
    while (this.#items[0] !== undefined && 'bytes' in this.#items[0]) {
      ready.push(this.#items[0].bytes);
      this.#items.shift();
    }
    return { bytes: Buffer.concat(ready) };
  }

  get #joins(): boolean {
    return this.#options.join && this.#line.transport === 'tcp';
  }

  async #send(bytes: Buffer): Promise<void> {
    this.#owedMs += (bytes.length / 1024) * this.#options.latency.perKbMs;
    if (this.#owedMs >= LEAST_PAUSE_MS) {
      const ms = this.#owedMs;
      this.#owedMs = 0;
      await pause(ms, this.#gone);
    }
    const { split } = this.#options;
    if (split === null || this.#line.transport === 'udp') return this.#line.write(bytes);
    for (let at = 0; at < bytes.length && !this.#gone.aborted; ) {
      const end = at + this.#random.between(split.min, Math.max(split.min, split.max));
      await this.#line.write(bytes.subarray(at, end));
      // Without a turn of the loop the pieces would arrive as one.
      await setImmediate();
      at = end;
    }
  }
}
