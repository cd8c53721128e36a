// What a terminal tells by itself: on a conversation that is kept open, for one listener, until either ends.

import type { Conversation } from '../../zk/conversation.ts';
import { registerEvents } from '../../zk/live.ts';
import type { Listening, LiveListener } from '../ports.ts';

/** A terminal that is being listened to. */
export class Live implements Listening {
  readonly #onStopped: () => Promise<void>;
  #release: (() => void)[] = [];

  private constructor(onStopped: () => Promise<void>) {
    this.#onStopped = onStopped;
  }

  /**
   * Listens before it registers: what comes with the answer is not missed.
   * @param mask the bits of `Event` in zk/commands.ts
   * @throws ZkError `refused` by a terminal that sends no events; others if the conversation breaks
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
