// One conversation with a terminal at a time: opened when needed, kept a few seconds for the next command, then closed; or kept open for events.
import type { SerenoError } from '../../../shared/errors.ts';
import { type Clock, pause as wait } from '../../clock.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { Conversation, type Requests } from '../../zk/conversation.ts';
import { isZkError } from '../../zk/errors.ts';
import { toOpeningError, toSerenoError } from './errors.ts';
import { AT_REST, type Mode, NEXT, type Past } from './modes.ts';
import type { SerialPin } from './serial-pin.ts';

/** Many terminals accept one client only: other tools must get their turn soon. */
const IDLE_MS = 3000;
/** One that serves several at a time is spared the handshakes. */
const SHARED_IDLE_MS = 30_000;
/** A terminal that restarts, or has just lost its client, refuses for a moment: it is tried again for this long. */
const PATIENCE_MS = 1500;
const FIRST_PAUSE_MS = 100;

/** A conversation, and what has been done on it. */
interface Held {
  readonly conversation: Conversation;
  past: Past;
}

export class TerminalConnection {
  readonly #device: DeviceSettings;
  readonly #pin: SerialPin;
  readonly #clock: Clock;
  readonly #onContact: (failure: SerenoError | null) => void;
  #held: Held | null = null;
  #isLent = false;
  /** Somebody listens to what the terminal tells by itself. */
  #isHeard = false;
  #cancelIdle: (() => void) | null = null;

  /** `onContact`: contact succeeded (null) or failed; told on every attempt. */
  constructor(
    device: DeviceSettings,
    pin: SerialPin,
    clock: Clock,
    onContact: (failure: SerenoError | null) => void,
  ) {
    this.#device = device;
    this.#pin = pin;
    this.#clock = clock;
    this.#onContact = onContact;
  }

  /** True while a conversation is kept open for what the terminal tells on it. */
  get isLive(): boolean {
    return this.#isHeard && this.#held?.past === 'live' && this.#held.conversation.isOpen;
  }

  /**
   * The open conversation where `mode` may follow what was done on it, or a new one with the terminal that is expected there.
   * @throws SerenoError `device_unreachable`, `device_swapped`; ZkError.
   */
  async acquire(mode: Mode, signal?: AbortSignal): Promise<Conversation> {
    this.#isLent = true;
    this.#stopIdling();
    const held = this.#held?.conversation.isOpen ? this.#held : null;
    const next = held === null ? 'anew' : NEXT[held.past][mode];
    if (held !== null && next !== 'anew') {
      held.past = next;
      return held.conversation;
    }
    await this.close();
    const conversation = await this.#open(signal);
    this.#held = { conversation, past: firstOf(mode) };
    return conversation;
  }

  /**
   * What it was lent for is done: the conversation waits for the next, then closes; a live one stays. `oneClient`: it keeps
   * others out meanwhile.
   */
  release(oneClient: boolean): void {
    this.#isLent = false;
    this.#stopIdling();
    if (this.#held === null || (AT_REST[this.#held.past] === 'stay' && this.#isHeard)) return;
    this.#cancelIdle = this.#clock.after(oneClient ? IDLE_MS : SHARED_IDLE_MS, () => void this.close());
  }

  /** Whether somebody listens on the conversation that is open. One that nobody uses is ended when nobody does. */
  async heard(isHeard: boolean): Promise<void> {
    this.#isHeard = isHeard;
    if (!isHeard && !this.#isLent) await this.close();
  }

  /** The conversation cannot be trusted any more. */
  drop(): void {
    this.#letGo()?.destroy();
  }

  /** Ends the conversation and disconnects; never throws. */
  async close(): Promise<void> {
    await this.#letGo()?.close();
  }

  #letGo(): Conversation | null {
    const conversation = this.#held?.conversation ?? null;
    this.#held = null;
    this.#isHeard = false;
    this.#stopIdling();
    return conversation;
  }

  #stopIdling(): void {
    this.#cancelIdle?.();
    this.#cancelIdle = null;
  }

  async #open(signal?: AbortSignal): Promise<Conversation> {
    try {
      const conversation = await this.#met(signal);
      this.#onContact(null);
      return conversation;
    } catch (error) {
      // The caller gave up: that says nothing about the terminal.
      if (!signal?.aborted) this.#onContact(toSerenoError(error, this.#device));
      throw error;
    }
  }

  /** A terminal that hangs up before it said who it is gets another try: perhaps another client was just leaving. */
  async #met(signal?: AbortSignal): Promise<Conversation> {
    for (let attempt = 1; ; attempt++) {
      const conversation = await this.#patiently(signal);
      try {
        await this.#identified(conversation, signal);
        return conversation;
      } catch (error) {
        if (!isZkError(error, 'closed')) throw error;
        if (attempt > 1 || signal?.aborted) throw toOpeningError(error, this.#device);
      }
    }
  }

  async #patiently(signal?: AbortSignal): Promise<Conversation> {
    const { host, port, transport, commKey, timeoutMs } = this.#device;
    const options = { host, port, transport, commKey, timeoutMs, mayAuthenticate: this.#mayAuthenticate };
    const until = this.#clock.monotonic() + PATIENCE_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      try {
        return await Conversation.open(options, signal);
      } catch (error) {
        if (isZkError(error, 'withheld')) throw this.#pin.withheld();
        // A clear refusal is final. A terminal that hangs up may be serving another client, who will leave.
        if (isZkError(error, 'auth', 'protocol', 'refused')) throw error;
        if (signal?.aborted || this.#clock.monotonic() + pause > until)
          throw toOpeningError(error, this.#device);
        await wait(this.#clock, pause);
      }
    }
  }

  readonly #mayAuthenticate = (terminal: Requests) => this.#pin.mayAuthenticate(terminal);

  /** Disconnects at once from a terminal that is not the expected one. */
  async #identified(conversation: Conversation, signal?: AbortSignal): Promise<void> {
    try {
      await this.#pin.check(conversation, signal);
    } catch (error) {
      await conversation.close();
      throw error;
    }
  }
}

/** What has been done on a conversation that was opened for `mode`. */
function firstOf(mode: Mode): Past {
  const past = NEXT.plain[mode];
  if (past === 'anew') throw new Error(`a new conversation must do for ${mode}`);
  return past;
}
