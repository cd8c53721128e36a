// Those who listen to the cloud all the while: a reader who follows the cursor of the feed, and a webhook. Both note what they were told.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Receiver, startReceiver } from '../../../cloud/webhooks/testing/receiver.ts';
import type { Caller } from '../../e2e/client.ts';
import { wordsOf } from './model.ts';
import type { Weather } from './weather.ts';

const WAIT_S = 2;
const AGAIN_MS = 200;
/** Who dies while it delivers holds nobody up for longer than a minute; then all that waited comes. */
const DELIVERED_WITHIN_MS = 150_000;

/** A punch as somebody was told it. */
interface Told {
  readonly id: string;
  readonly device: string;
  readonly words: string;
}

function toldBy(event: { readonly id: string; readonly data: Record<string, string> }): Told {
  const { device_id: device = '', user_id: badge = '', local = '' } = event.data;
  return { id: event.id, device, words: wordsOf(device, badge, local) };
}

export class Listeners {
  readonly #call: Caller;
  readonly #weather: Weather;
  readonly #receiver: Receiver;
  /** By id, in the order of the feed. */
  readonly #read = new Map<string, Told>();
  readonly #delivered = new Map<string, Told>();
  /** Ids that were told with two contents. */
  readonly #torn: string[] = [];
  #isOver = false;
  #reading: Promise<void> = Promise.resolve();

  private constructor(call: Caller, weather: Weather, receiver: Receiver) {
    this.#call = call;
    this.#weather = weather;
    this.#receiver = receiver;
    receiver.answer = ({ event }, response) => {
      const answer = weather.receives();
      if (answer === 'nothing') response.destroy();
      else if (answer === 204) this.#note(this.#delivered, toldBy(event));
      return answer;
    };
  }

  static async start(call: Caller, weather: Weather): Promise<Listeners> {
    const receiver = await startReceiver();
    const listeners = new Listeners(call, weather, receiver);
    const { status } = await call('POST', '/webhooks', { url: receiver.url, types: ['punch.created'] });
    if (status !== 200) throw new Error(`no webhook: ${status}`);
    const { body } = await call('GET', '/events?after=now');
    listeners.#reading = listeners.#follow(body.next_cursor);
    return listeners;
  }

  /** Punches that the reader was not told of, though they are stored. */
  unread(stored: readonly string[]): string[] {
    return stored.filter((id) => !this.#read.has(id));
  }

  /**
   * What the webhook has passed over: of one terminal it gets all in the order of the feed. And what came under one id with
   * two contents.
   */
  wrong(): string[] {
    const ends = new Set<string>();
    const skipped: string[] = [];
    for (const { id, device, words } of [...this.#read.values()].reverse()) {
      if (this.#delivered.has(id)) ends.add(device);
      else if (ends.has(device)) skipped.push(`passed over by the webhook ${words}`);
    }
    return [...skipped.reverse(), ...this.#torn.splice(0)];
  }

  /** Waits for the webhook to have everything. @returns what it was not told in the end */
  async undelivered(): Promise<string[]> {
    const until = Date.now() + DELIVERED_WITHIN_MS;
    for (;;) {
      const missing = [...this.#read.values()].filter(({ id }) => !this.#delivered.has(id));
      if (missing.length === 0) return [];
      if (Date.now() > until) return missing.map(({ words }) => `not at the webhook ${words}`);
      await sleep(AGAIN_MS);
    }
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#reading;
    await this.#receiver.close();
  }

  async #follow(from: string): Promise<void> {
    for (let after = from; !this.#isOver; ) {
      const query = `wait=${WAIT_S}&limit=50&after=${encodeURIComponent(after)}`;
      try {
        const fate = this.#weather.fateOf('reader');
        const { status, body } = await this.#call('GET', `/events?${query}`, undefined, fate);
        if (status !== 200) throw new Error(`GET /events answered ${status}`);
        for (const event of body.data) {
          if (event.type === 'punch.created') this.#note(this.#read, toldBy(event));
        }
        after = body.next_cursor;
      } catch {
        // Its function died: from the same cursor on again.
        await sleep(AGAIN_MS);
      }
    }
  }

  #note(told: Map<string, Told>, punch: Told): void {
    const known = this.#read.get(punch.id) ?? this.#delivered.get(punch.id);
    if (known !== undefined && known.words !== punch.words) {
      this.#torn.push(`one id for two punches ${known.words} / ${punch.words}`);
    }
    if (!told.has(punch.id)) told.set(punch.id, punch);
  }
}
