// Sends what is in the outbox, in order, each until the broker has it.
import type { Logger } from 'pino';
import { type Clock, pause } from '../clock.ts';
import { isStorageError } from '../journal/errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { OutboxItem, OutboxMessage } from '../journal/rows.ts';
import type { Link } from '../link/link.ts';

/** Messages on their way at once: enough to hide the round trip, few enough to keep memory flat. */
const IN_FLIGHT = 32;
const RETRY_MS = 1000;

/**
 * The pump between journal and link. Messages whose storing failed (disk full) wait in memory instead:
 * the answer is still true, and after a crash the terminal is looked at again.
 */
export class Outbox {
  readonly #journal: Journal;
  readonly #link: () => Link;
  readonly #clock: Clock;
  readonly #log: Logger;
  #unstored: OutboxMessage[] = [];
  readonly #inFlight = new Set<number>();
  /** The broker has these, although the disk had no room to note it: not to be sent again. */
  readonly #sent = new Map<number, OutboxItem>();
  #cancelRetry: (() => void) | null = null;

  constructor(journal: Journal, link: () => Link, clock: Clock, log: Logger) {
    this.#journal = journal;
    this.#link = link;
    this.#clock = clock;
    this.#log = log;
  }

  /** Sends a message that could not be stored. */
  sendUnstored(messages: readonly OutboxMessage[]): void {
    this.#unstored.push(...messages);
    this.pump();
  }

  /** Sends what is not known to have arrived; call when something new is there and when the line comes up. */
  pump(): void {
    const pauses = this.#cancelRetry !== null;
    this.#storeSent();
    if (!this.#link().isUp) return;
    const unstored = this.#unstored;
    this.#unstored = [];
    for (const message of unstored) void this.#sendUnstored(message);
    if (pauses || this.#inFlight.size >= IN_FLIGHT) return;
    const underWay = new Set([...this.#inFlight, ...this.#sent.keys()]);
    for (const item of this.#journal.outbox(IN_FLIGHT + this.#sent.size, underWay)) void this.#send(item);
  }

  #storeSent(): void {
    try {
      for (const [seq, item] of this.#sent) {
        this.#journal.sent(item);
        this.#sent.delete(seq);
      }
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.#retrySoon();
    }
  }

  /** Resolves when nothing is on its way any more, or `withinMs` has passed. */
  async drain(withinMs: number): Promise<void> {
    const until = this.#clock.monotonic() + withinMs;
    while (this.#inFlight.size > 0 && this.#clock.monotonic() < until) await pause(this.#clock, 10);
    this.stop();
  }

  stop(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = null;
  }

  async #send(item: OutboxItem): Promise<void> {
    this.#inFlight.add(item.seq);
    try {
      await this.#link().publish(item.topic, item.payload);
      this.#sent.set(item.seq, item);
    } catch (error) {
      // Perhaps it did arrive: a doubled reply is harmless, the same rows are put again.
      this.#log.warn({ command: item.commandId, error: String(error) }, 'reply not sent, will be sent again');
      this.#retrySoon();
    } finally {
      this.#inFlight.delete(item.seq);
      this.pump();
    }
  }

  async #sendUnstored(message: OutboxMessage): Promise<void> {
    try {
      await this.#link().publish(message.topic, message.payload);
    } catch (error) {
      this.#log.warn({ error: String(error) }, 'reply not sent, will be sent again');
      this.#unstored.push(message);
      this.#retrySoon();
    }
  }

  #retrySoon(): void {
    this.#cancelRetry ??= this.#clock.after(RETRY_MS, () => {
      this.#cancelRetry = null;
      this.pump();
    });
  }
}
