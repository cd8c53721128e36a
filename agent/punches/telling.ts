// Tells every punch to whoever counts it, before the cloud can have it taken off the disk.
import { type PunchEvent, punchEventSchema } from '../../shared/wire/events.ts';
import type { EventOutbox } from './outbox.ts';

/** `isNew`: it was taken in this run of the agent. @throws SerenoError `agent_storage`: then it is told again */
export type PunchListener = (punch: PunchEvent, isNew: boolean) => void;

const AT_ONCE = 500;

/**
 * A run tells each punch that waits in the outbox once, those of an earlier run first: one that was kept, and not counted
 * when the agent died, is counted by the next run. The listener knows the ids of those that it has counted.
 */
export class PunchTelling {
  readonly #outbox: EventOutbox;
  readonly #listener: PunchListener;
  /** The last that an earlier run has left. */
  readonly #left: number;
  #told = 0;

  constructor(outbox: EventOutbox, listener: PunchListener) {
    this.#outbox = outbox;
    this.#listener = listener;
    this.#left = outbox.lastSeq;
  }

  /** Tells what was not told yet. @throws SerenoError `agent_storage`: the rest is told the next time */
  pump(): void {
    for (let events = this.#next(); events.length > 0; events = this.#next()) {
      for (const { seq, event } of events) {
        const punch = punchEventSchema.safeParse(event);
        if (punch.success) this.#listener(punch.data, seq > this.#left);
        this.#told = seq;
      }
    }
  }

  #next() {
    return this.#outbox.after(this.#told, AT_ONCE);
  }
}
