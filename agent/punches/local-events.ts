// Events for what listens in the branch: published as they come, in order. What is missed there is not sent again.
import type { Logger } from 'pino';
import type { EventOutbox } from './outbox.ts';

/** This many are on their way at once. */
const AT_ONCE = 50;

export interface LocalEventsPorts {
  readonly site: string;
  readonly outbox: EventOutbox;
  readonly broker: {
    readonly isUp: boolean;
    publish(topic: string, payload: string): Promise<void>;
  };
  readonly log: Logger;
}

/** Topic of an event: `sereno/{site}/events/{device}/{type}`. */
export class LocalEvents {
  readonly #ports: LocalEventsPorts;
  /** The last event that was published, or passed over. */
  #last: number;
  #pumping = false;

  /** Begins with what comes from now on. */
  constructor(ports: LocalEventsPorts) {
    this.#ports = ports;
    this.#last = ports.outbox.lastSeq;
  }

  /** Call when there are new events, before any of them is forgotten. */
  pump(): void {
    const { outbox, broker, log } = this.#ports;
    if (!broker.isUp) {
      this.#last = outbox.lastSeq;
      return;
    }
    if (this.#pumping || outbox.lastSeq === this.#last) return;
    this.#pumping = true;
    this.#publish()
      .catch((error: unknown) => log.warn({ error: String(error) }, 'local events not published'))
      .finally(() => {
        this.#pumping = false;
        if (outbox.lastSeq !== this.#last) this.pump();
      });
  }

  async #publish(): Promise<void> {
    const { site, outbox, broker } = this.#ports;
    const from = this.#last;
    // If they cannot be read, all of them are skipped: else it would try for ever.
    this.#last = outbox.lastSeq;
    const events = outbox.after(from, AT_ONCE);
    // An event that the cloud had stored before its turn came is gone.
    this.#last = events.at(-1)?.seq ?? this.#last;
    await Promise.all(
      events.map(({ event }) => {
        const { at } = event;
        const payload = JSON.stringify({ ...event, at: new Date(at).toISOString() });
        return broker.publish(`sereno/${site}/events/${event.device}/${event.type}`, payload);
      }),
    );
  }
}
