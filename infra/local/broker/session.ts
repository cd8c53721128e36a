// What one site's MQTT session still has to receive: messages under way, and those kept while it is away.

/** A message for one client. */
export interface Outbound {
  readonly topic: string;
  readonly payload: Buffer;
  readonly qos: 0 | 1;
  /** Epoch ms after which it must not be delivered. */
  readonly expiresAt: number | undefined;
  /** Present on direct messages: called with the outcome; such a message is never kept or sent again. */
  readonly settle: ((outcome: DirectOutcome) => void) | undefined;
}

export type DirectOutcome = 'acknowledged' | 'lost' | 'offline';

/** Sends on the session's connection; `again` if an earlier connection may have delivered it. */
export type Deliver = (message: Outbound, again: boolean) => void;

/** Most messages that are kept for a session that is away; the oldest go first. */
const KEPT = 1000;

export class Session {
  #deliver: Deliver | null = null;
  #subscribed = false;
  #kept: { readonly message: Outbound; readonly again: boolean }[] = [];
  readonly #underWay = new Map<Outbound, number | undefined>();

  get connected(): boolean {
    return this.#deliver !== null;
  }

  /** The connection is ready to carry messages. A new session (`present` false) has no past. */
  connect(deliver: Deliver, present: boolean): void {
    if (!present) {
      this.#subscribed = false;
      this.#kept = [];
    }
    this.#deliver = deliver;
    this.#flush();
  }

  /** The connection is gone: direct messages are lost, the others wait for the next connection. */
  disconnect(): void {
    this.#deliver = null;
    const left = [...this.#underWay.keys()];
    this.#underWay.clear();
    for (const message of left) message.settle?.('lost');
    const again = left.filter((message) => message.settle === undefined);
    this.#kept = [...again.map((message) => ({ message, again: true })), ...this.#kept];
  }

  subscribe(): void {
    this.#subscribed = true;
    this.#flush();
  }

  unsubscribe(): void {
    this.#subscribed = false;
  }

  /** To this connection only, subscribed or not, as SendDirectMessage does. */
  sendDirect(message: Outbound): void {
    if (this.#deliver === null) message.settle?.('offline');
    else this.#send(message, false, this.#deliver);
  }

  /** As a publish on a topic: kept at QoS 1 for a subscriber that is away, dropped if there is none. */
  publish(message: Outbound): void {
    if (!this.#subscribed) return;
    if (this.#deliver !== null) this.#send(message, false, this.#deliver);
    else if (message.qos === 1) this.#keep(message);
  }

  /** Takes a direct message back: its PUBACK no longer counts. */
  takeBack(message: Outbound): void {
    this.#underWay.delete(message);
  }

  /** The broker gave this message, found by its payload object, a packet id. */
  sent(payload: unknown, packetId: number | undefined): void {
    for (const message of this.#underWay.keys()) {
      if (message.payload === payload) this.#underWay.set(message, packetId);
    }
  }

  /** PUBACK of a packet id. Returns the message, or undefined if it was taken back. */
  acknowledge(packetId: number | undefined): Outbound | undefined {
    for (const [message, id] of this.#underWay) {
      if (id === undefined || id !== packetId) continue;
      this.#underWay.delete(message);
      message.settle?.('acknowledged');
      return message;
    }
    return undefined;
  }

  #keep(message: Outbound): void {
    this.#kept.push({ message, again: false });
    if (this.#kept.length > KEPT) this.#kept.shift();
  }

  #flush(): void {
    if (this.#deliver === null || !this.#subscribed) return;
    const kept = this.#kept;
    this.#kept = [];
    for (const { message, again } of kept) this.#send(message, again, this.#deliver);
  }

  #send(message: Outbound, again: boolean, deliver: Deliver): void {
    if (message.expiresAt !== undefined && message.expiresAt <= Date.now()) return;
    if (message.qos === 1) this.#underWay.set(message, undefined);
    deliver(message, again);
  }
}
