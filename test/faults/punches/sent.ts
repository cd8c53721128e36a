// What agents have sent, whether or not the cloud has taken it: it is on their disks, and must not be lost any more.
import { batchOf } from '../../../cloud/events/intake.ts';
import { agentEventSchema, type IntakeEvent } from '../../../shared/wire/events.ts';
import { type Counts, countsOf, wordsOf } from './model.ts';

export class Sent {
  /** By id: in words. */
  readonly #words = new Map<string, string>();
  readonly #day: string;

  /** @param day what is of another one is not looked at */
  constructor(day: string) {
    this.#day = day;
  }

  hear(event: IntakeEvent): void {
    if (event.kind !== 'events') return;
    for (const told of batchOf(Buffer.from(event.body, 'base64')).events) {
      const { data } = agentEventSchema.safeParse(told);
      if (data?.type !== 'punch' || !data.local.startsWith(this.#day)) continue;
      this.#words.set(data.id, wordsOf(data.device, data.user_id, data.local));
    }
  }

  /** The agent of these devices has lost its memory. */
  forget(devices: readonly string[]): void {
    for (const [id, words] of this.#words) {
      if (devices.includes(words.split(' ')[0] ?? '')) this.#words.delete(id);
    }
  }

  get counts(): Counts {
    return countsOf([...this.#words.values()]);
  }
}
