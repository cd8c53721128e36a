// Every conversation with one terminal is lent from here, in a mode, once it is known who answers.
import type { SerenoError } from '../../../shared/errors.ts';
import type { Clock } from '../../clock.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import type { Conversation } from '../../zk/conversation.ts';
import { isForgotten } from '../../zk/errors.ts';
import type { LiveListener, PinMemory, TextMemory } from '../ports.ts';
import { TerminalConnection } from './connection.ts';
import type { Dialect } from './dialect.ts';
import { isBroken, isHopeless, toSerenoError } from './errors.ts';
import { Identification } from './identification.ts';
import type { KnownDialect } from './known-dialect.ts';
import { Live } from './live.ts';
import type { Mode } from './modes.ts';
import { SerialPin } from './serial-pin.ts';

export interface SessionPorts {
  readonly clock: Clock;
  readonly dialect: TextMemory;
  readonly pin: PinMemory;
  /** Null: it answered, and it is the one that is expected. Told of every attempt to open a conversation. */
  readonly onContact: (failure: SerenoError | null) => void;
}

/** One loan of the conversation: nobody else uses it until the work ends. */
export interface Lease {
  readonly conversation: Conversation;
  /** What is known of the terminal at its other end. */
  readonly known: KnownDialect;
  /** The terminal has just been asked who it is, at first contact or anew. */
  readonly greeted: boolean;
  /** A new conversation instead of this one, which cannot be trusted any more. @throws SerenoError; ZkError */
  anew(): Promise<Lease>;
}

/** Not safe for concurrent use: one lease at a time. The queue of the terminal makes sure of that. */
export class Session {
  readonly #device: DeviceSettings;
  readonly #pin: SerialPin;
  readonly #identification: Identification;
  readonly #connection: TerminalConnection;
  readonly #onContact: (failure: SerenoError | null) => void;

  constructor(device: DeviceSettings, { clock, dialect, pin, onContact }: SessionPorts) {
    this.#device = device;
    this.#pin = new SerialPin(device, pin, clock);
    this.#identification = new Identification(device, dialect, this.#pin, clock);
    this.#onContact = (failure) => {
      if (failure !== null) this.#identification.lost();
      onContact(failure);
    };
    this.#connection = new TerminalConnection(device, this.#pin, clock, this.#onContact);
  }

  /** The serial number that the terminal must have; null while none is known. */
  get serial(): string | null {
    return this.#pin.expected;
  }

  /** What the terminal can do, while that is known without asking; null before the first contact and after a loss. */
  get dialect(): Dialect | null {
    return this.#identification.dialect;
  }

  /**
   * Lends the conversation to `work`, in a mode that says what may have been done on it before, see `modes.ts`. One that
   * breaks is opened again once, and `work` starts over.
   * @throws SerenoError
   */
  async lend<T>(mode: Mode, work: (lease: Lease) => Promise<T>, signal?: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(await this.#lease(mode, signal));
      } catch (error) {
        const isOver = isBroken(error) || isForgotten(error);
        if (isOver) this.#connection.drop();
        if (!isOver || attempt > 1 || signal?.aborted || isHopeless(error)) {
          throw toSerenoError(error, this.#device);
        }
      } finally {
        this.#connection.release(this.#identification.lastDialect?.oneClient ?? true);
      }
    }
  }

  async #lease(mode: Mode, signal?: AbortSignal): Promise<Lease> {
    const conversation = await this.#connection.acquire(mode, signal);
    const { known, greeted } = await this.#identification.of(conversation);
    const anew = () => {
      this.#connection.drop();
      return this.#lease(mode, signal);
    };
    return { conversation, known, greeted, anew };
  }

  /** Asks anew which badges the terminal takes; see `Identification`. @returns true if it was asked @throws ZkError */
  async askLimits(conversation: Conversation): Promise<boolean> {
    return await this.#identification.askLimits(conversation);
  }

  /** True while a conversation is kept open for what the terminal tells on it. */
  get isLive(): boolean {
    return this.#connection.isLive;
  }

  /**
   * Listens on a conversation that was lent in the mode `live`. It is kept open then: leases are given on it at once, and what
   * is told amid them reaches `listener` all the same.
   * @param mask the bits of `Event` in zk/commands.ts
   * @throws ZkError; `refused` by a terminal that sends no events
   */
  async listen(conversation: Conversation, mask: number, listener: LiveListener): Promise<Live> {
    const live = await Live.begin(conversation, mask, listener, () => this.#connection.heard(false));
    await this.#connection.heard(true);
    return live;
  }

  /** Asks anew who is at the other end of a conversation that was kept open; another's is ended. @throws SerenoError; ZkError */
  async confirm(conversation: Conversation, signal: AbortSignal): Promise<void> {
    try {
      await this.#pin.check(conversation, signal);
      this.#onContact(null);
    } catch (error) {
      await this.#connection.close();
      if (!signal.aborted) this.#onContact(toSerenoError(error, this.#device));
      throw error;
    }
  }

  /** The conversation cannot be trusted any more. */
  drop(): void {
    this.#connection.drop();
  }

  /** Ends the conversation and disconnects; never throws. */
  async close(): Promise<void> {
    await this.#connection.close();
  }
}
