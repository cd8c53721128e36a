// One conversation with a terminal at a time: opened when needed, kept a few seconds for the next command, then closed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeviceSettings } from '../config/load.ts';
import { Conversation } from '../zk/conversation.ts';
import { ZkError } from '../zk/errors.ts';
import { unreachable } from './errors.ts';

/** Many terminals take one client only: another tool must get its turn soon. */
const IDLE_MS = 3000;
/** One that serves several at a time is spared the handshakes. */
const SHARED_IDLE_MS = 30_000;
/** A terminal that restarts or has just lost its client refuses for a moment: asked again this long. */
const PATIENCE_MS = 1500;
const FIRST_PAUSE_MS = 100;

export interface ConnectionEvents {
  /** Contact succeeded or failed; told on every attempt. */
  readonly onContact: (reachable: boolean) => void;
}

export class TerminalConnection {
  readonly #device: DeviceSettings;
  readonly #events: ConnectionEvents;
  #conversation: Conversation | null = null;
  #idle: NodeJS.Timeout | null = null;

  constructor(device: DeviceSettings, events: ConnectionEvents) {
    this.#device = device;
    this.#events = events;
  }

  /**
   * The open conversation, or a new one.
   * @throws SerenoError `device_unreachable`; ZkError `auth`, `protocol`, `aborted`.
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
    const { host, port, transport, commKey, timeoutMs } = this.#device;
    const until = performance.now() + PATIENCE_MS;
    for (let pause = FIRST_PAUSE_MS; ; pause *= 2) {
      try {
        const conversation = await Conversation.open({ host, port, transport, commKey, timeoutMs }, signal);
        this.#events.onContact(true);
        return conversation;
      } catch (error) {
        const answered = error instanceof ZkError && (error.code === 'auth' || error.code === 'protocol');
        if (answered || signal?.aborted || performance.now() + pause > until) {
          this.#events.onContact(answered);
          throw answered ? error : unreachable(this.#device, error);
        }
        await sleep(pause);
      }
    }
  }
}
