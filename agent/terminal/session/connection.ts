// One conversation with a terminal at a time: opened when needed, kept a few seconds for the next command, then closed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { SerenoError } from '../../../shared/errors.ts';
import type { DeviceSettings } from '../../config/load.ts';
import { Conversation, type Requests } from '../../zk/conversation.ts';
import { isZkError } from '../../zk/errors.ts';
import { toOpeningError, toSerenoError } from './errors.ts';
import type { SerialPin } from './serial-pin.ts';

/** Many terminals take one client only: another tool must get its turn soon. */
const IDLE_MS = 3000;
/** One that serves several at a time is spared the handshakes. */
const SHARED_IDLE_MS = 30_000;
/** A terminal that restarts or has just lost its client refuses for a moment: asked again this long. */
const PATIENCE_MS = 1500;
const FIRST_PAUSE_MS = 100;

export interface ConnectionEvents {
  /** Contact succeeded (null) or failed; told on every attempt. */
  readonly onContact: (failure: SerenoError | null) => void;
}

export class TerminalConnection {
  readonly #device: DeviceSettings;
  readonly #pin: SerialPin;
  readonly #events: ConnectionEvents;
  #conversation: Conversation | null = null;
  #idle: NodeJS.Timeout | null = null;

  constructor(device: DeviceSettings, pin: SerialPin, events: ConnectionEvents) {
    this.#device = device;
    this.#pin = pin;
    this.#events = events;
  }

  /**
   * The open conversation, or a new one with the terminal that is expected there.
   * @throws SerenoError `device_unreachable`, `device_swapped`; ZkError.
   */
  async acquire(signal?: AbortSignal): Promise<Conversation> {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    if (this.#conversation?.isOpen) return this.#conversation;
    this.#conversation = null;
    const conversation = await this.#open(signal);
    this.#conversation = conversation;
    return conversation;
  }

  /** The command is done: the conversation waits for the next, then closes. `oneClient`: it keeps others out meanwhile. */
  release(oneClient: boolean): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    if (this.#conversation === null) return;
    this.#idle = setTimeout(() => void this.close(), oneClient ? IDLE_MS : SHARED_IDLE_MS);
  }

  /** The conversation cannot be trusted any more. */
  drop(): void {
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    this.#conversation?.destroy();
    this.#conversation = null;
  }

  /** Says goodbye to the terminal and lets go; never throws. */
  async close(): Promise<void> {
    const conversation = this.#conversation;
    this.#conversation = null;
    if (this.#idle !== null) clearTimeout(this.#idle);
    this.#idle = null;
    await conversation?.close();
  }

  async #open(signal?: AbortSignal): Promise<Conversation> {
    try {
      const conversation = await this.#met(signal);
      this.#events.onContact(null);
      return conversation;
    } catch (error) {
      // What the caller has given up says nothing of the terminal.
      if (!signal?.aborted) this.#events.onContact(toSerenoError(error, this.#device));
      throw error;
    }
  }

  /** One that lets go before it has told who it is gets another chance: perhaps somebody else was just leaving. */
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
    const until = performance.now() + PATIENCE_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      try {
        return await Conversation.open(options, signal);
      } catch (error) {
        if (isZkError(error, 'withheld')) throw this.#pin.withheld();
        // A clear no stays one; a terminal that hangs up may have another client, who lets go.
        if (isZkError(error, 'auth', 'protocol', 'refused')) throw error;
        if (signal?.aborted || performance.now() + pause > until) throw toOpeningError(error, this.#device);
        await sleep(pause);
      }
    }
  }

  readonly #mayAuthenticate = (terminal: Requests) => this.#pin.mayAuthenticate(terminal);

  /** Lets another's terminal go at once. */
  async #identified(conversation: Conversation, signal?: AbortSignal): Promise<void> {
    try {
      await this.#pin.check(conversation, signal);
    } catch (error) {
      await conversation.close();
      throw error;
    }
  }
}
