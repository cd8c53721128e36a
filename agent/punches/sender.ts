// Sends what is in the outbox of events, a batch at a time, until the cloud says that it has stored it.
import { gzipSync } from 'node:zlib';
import type { Logger } from 'pino';
import { WIRE_VERSION } from '../../shared/wire/envelope.ts';
import { EVENTS_BYTES, EVENTS_PER_BATCH, type HeardBatch, storedSchema } from '../../shared/wire/events.ts';
import { type SiteAddress, topics } from '../../shared/wire/topics.ts';
import type { Clock } from '../clock.ts';
import { isStorageError } from '../journal/errors.ts';
import type { EventOutbox } from './outbox.ts';

/** The cloud stores a batch within a second or two; one that it has not by then is sent again. Each wait is twice the last. */
const AGAIN_MS = 10_000;
const AGAIN_AT_MOST_MS = 300_000;

export interface SenderPorts {
  readonly at: SiteAddress;
  /** Names this run of the memory that `outbox` is part of. */
  readonly journal: string;
  readonly outbox: EventOutbox;
  /** Resolves when the broker has it; rejects while the line is down. */
  readonly publish: (topic: string, payload: Uint8Array) => Promise<void>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told whenever the cloud has stored something: there is room again. */
  readonly onStored: () => void;
  /** Told the mark of a cloud that was put back to an earlier time, each time that it says so. */
  readonly onLost: (mark: string) => void;
}

export class EventSender {
  readonly #ports: SenderPorts;
  /** The line stands, and the cloud can say on it what it has stored. */
  #isUp = false;
  /** A batch is with the cloud, which has not said yet that it is stored. */
  #awaits: { readonly seq: number; readonly cancel: () => void } | null = null;
  #waitMs = AGAIN_MS;

  constructor(ports: SenderPorts) {
    this.#ports = ports;
  }

  /** The line stands: what was sent over an earlier one may be lost. */
  connected(): void {
    this.#isUp = true;
    this.#waitMs = AGAIN_MS;
    this.#rest();
    this.pump();
  }

  disconnected(): void {
    this.#isUp = false;
    this.#rest();
  }

  stop(): void {
    this.disconnected();
  }

  /** Sends the next batch, unless one is on its way; call when there is something new. */
  pump(): void {
    if (!this.#isUp || this.#awaits !== null || this.#ports.outbox.length === 0) return;
    const { at, log } = this.#ports;
    const { seq, payload } = this.#batch();
    const again = this.#ports.clock.after(this.#waitMs, () => {
      log.warn({ seq }, 'events not stored yet: they are sent again');
      this.#awaits = null;
      this.pump();
    });
    this.#awaits = { seq, cancel: again };
    this.#waitMs = Math.min(2 * this.#waitMs, AGAIN_AT_MOST_MS);
    // Only the cloud's "stored" counts; what did not even reach the broker is sent again too.
    this.#ports.publish(topics.events(at, seq), payload).catch((error: unknown) => {
      log.debug({ seq, error: String(error) }, 'events not sent');
    });
  }

  /** A message on `topics.stored`. One that is for another memory, or for what was never sent, says nothing. */
  stored(message: Uint8Array): void {
    const { journal, outbox, onStored, onLost, log } = this.#ports;
    const word = parse(message);
    if (word === null || word.journal !== journal || word.seq > outbox.lastSeq) {
      log.warn({ word }, 'the cloud has stored events that are not of this agent');
      return;
    }
    if (word.again !== undefined) onLost(word.again);
    if (word.seq < outbox.firstSeq) return;
    try {
      outbox.forget(word.seq);
    } catch (error) {
      if (!isStorageError(error)) throw error;
      // The events are sent again, and the cloud confirms them again.
      log.warn({ err: error }, 'not written down which events are stored');
      return;
    }
    if (this.#awaits !== null && word.seq >= this.#awaits.seq) this.#rest();
    this.#waitMs = AGAIN_MS;
    onStored();
    this.pump();
  }

  #rest(): void {
    this.#awaits?.cancel();
    this.#awaits = null;
  }

  #batch(): { readonly seq: number; readonly payload: Uint8Array } {
    for (let most = EVENTS_PER_BATCH; ; most = Math.ceil(most / 2)) {
      const held = this.#ports.outbox.first(most);
      const seq = held.at(-1)?.seq ?? 0;
      const batch: HeardBatch = {
        v: WIRE_VERSION,
        journal: this.#ports.journal,
        seq,
        sentAt: this.#ports.clock.now(),
        events: held.map(({ event }) => event),
      };
      const payload = gzipSync(JSON.stringify(batch));
      if (payload.length <= EVENTS_BYTES || most === 1) return { seq, payload };
    }
  }
}

function parse(message: Uint8Array) {
  try {
    return storedSchema.parse(JSON.parse(Buffer.from(message).toString('utf8')));
  } catch {
    return null;
  }
}
