// A link that tries several ways to the broker in turn, until one leads there; one that led there is tried first again.
import { type Clock, systemClock } from '../clock.ts';
import type { Link, LinkEvents } from './link.ts';
import { RECONNECT_MAX_MS, RECONNECT_MIN_MS, STANDING_MS } from './reconnect.ts';

/** Opens a link by one way. */
export type OpenLink = (way: string, events: LinkEvents) => Link;

export class WayFinder implements Link {
  readonly #ways: readonly string[];
  readonly #open: OpenLink;
  readonly #events: LinkEvents;
  readonly #clock: Pick<Clock, 'monotonic' | 'after'>;
  #at = 0;
  /** In a row, of any way. */
  #failures = 0;
  #upAt: number | null = null;
  #inner: Link;
  #turning: Promise<void> = Promise.resolve();
  #cancelPause: (() => void) | null = null;
  #isStopped = false;

  /** @param ways at least one */
  constructor(
    ways: readonly string[],
    open: OpenLink,
    events: LinkEvents,
    clock: Pick<Clock, 'monotonic' | 'after'> = systemClock,
  ) {
    this.#ways = ways;
    this.#open = open;
    this.#events = events;
    this.#clock = clock;
    this.#inner = this.#link();
  }

  get isUp(): boolean {
    return this.#inner.isUp;
  }

  get takesEvents(): boolean {
    return this.#inner.takesEvents;
  }

  get session(): string {
    return this.#inner.session;
  }

  start(): void {
    this.#inner.start();
  }

  publish(topic: string, payload: Uint8Array): Promise<void> {
    return this.#inner.publish(topic, payload);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelPause?.();
    await this.#turning;
    await this.#inner.stop();
  }

  /** Late events of a link that was given up say nothing. */
  #link(): Link {
    const way = this.#ways[this.#at] ?? '';
    const isCurrent = () => this.#inner === link && !this.#isStopped;
    const { onCommand, onStored, onTakenOver } = this.#events;
    const link: Link = this.#open(way, {
      onCommand: (message) => isCurrent() && onCommand(message),
      onStored: (payload) => isCurrent() && onStored(payload),
      onTakenOver: () => isCurrent() && onTakenOver(),
      onUp: () => isCurrent() && this.#up(),
      onDown: (reason, isUnreached) => isCurrent() && this.#down(way, reason, isUnreached === true),
    });
    return link;
  }

  #up(): void {
    this.#upAt = this.#clock.monotonic();
    this.#events.onUp();
  }

  /** A line that stood is made again by its own link first; where that does not get through, others are tried. */
  #down(way: string, reason: string, isUnreached: boolean): void {
    if (this.#upAt !== null && this.#clock.monotonic() - this.#upAt >= STANDING_MS) this.#failures = 0;
    this.#upAt = null;
    this.#events.onDown(this.#ways.length > 1 ? `${way}: ${reason}` : reason);
    if (isUnreached && this.#ways.length > 1) this.#turn();
  }

  /** Every further try waits longer at random, whatever way it takes: a broker that comes back is not to be stormed. */
  #turn(): void {
    this.#failures++;
    const most = Math.min(RECONNECT_MAX_MS, RECONNECT_MIN_MS * 2 ** this.#failures);
    const given = this.#inner;
    this.#at = (this.#at + 1) % this.#ways.length;
    this.#inner = this.#link();
    this.#turning = this.#turning.then(async () => {
      await given.stop();
      if (this.#isStopped) return;
      this.#cancelPause = this.#clock.after(Math.random() * most, () => this.#inner.start());
    });
  }
}
