// What a terminal tells by itself: on a conversation that is kept open, for one listener, until either ends.

import type { Conversation, TerminalEvent } from '../../zk/conversation.ts';
import { registerEvents } from '../../zk/live.ts';

export interface LiveListener {
  /** Told in the order in which they came, also while a command uses the conversation. Never throws. */
  readonly onEvent: (event: TerminalEvent) => void;
  /** The conversation is over, whoever ended it: from now on nothing is told. Called once, and not after `stop`. */
  readonly onEnd: () => void;
}

/** A terminal that is being listened to. */
export class Live {
  readonly #onStopped: () => Promise<void>;
  #release: (() => void)[] = [];

  private constructor(onStopped: () => Promise<void>) {
    this.#onStopped = onStopped;
  }

  /**
   * Listens before it registers: what comes with the answer is not missed.
   * @param mask the bits of `Event` in zk/commands.ts
   * @throws ZkError `refused` by a terminal that tells nothing by itself; others if the conversation breaks
   */
  static async begin(
    conversation: Conversation,
    mask: number,
    { onEvent, onEnd }: LiveListener,
    onStopped: () => Promise<void>,
  ): Promise<Live> {
    const live = new Live(onStopped);
    const unsubscribe = conversation.onEvent(onEvent);
    try {
      await registerEvents(conversation, mask);
    } catch (error) {
      unsubscribe();
      throw error;
    }
    const end = () => {
      live.#letGo();
      onEnd();
    };
    live.#release = [unsubscribe, conversation.onClosed(end)];
    return live;
  }

  /** True while the terminal's events reach the listener. */
  get isOn(): boolean {
    return this.#release.length > 0;
  }

  /** Listens no longer; the conversation is ended as soon as nobody uses it. Never throws. */
  async stop(): Promise<void> {
    if (!this.isOn) return;
    this.#letGo();
    await this.#onStopped();
  }

  #letGo(): void {
    for (const release of this.#release.splice(0)) release();
  }
}
