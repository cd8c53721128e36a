// A link that can be replaced while the agent runs, for a new certificate.
import type { Link, LinkEvents } from './link.ts';

export class RenewableLink implements Link {
  readonly #events: LinkEvents;
  #inner: Link;
  #renewing: Promise<void> = Promise.resolve();
  #stopped = false;
  /** Between two connections there is none to stop. */
  #isOpen = true;

  constructor(make: (events: LinkEvents) => Link, events: LinkEvents) {
    this.#events = events;
    this.#inner = this.#open(make);
  }

  get isUp(): boolean {
    return this.#inner.isUp;
  }

  get takesEvents(): boolean {
    return this.#inner.takesEvents;
  }

  get session(): string {
    return this.#inner.session;
  }

  start(): void {
    this.#inner.start();
  }

  publish(topic: string, payload: Uint8Array): Promise<void> {
    return this.#inner.publish(topic, payload);
  }

  /**
   * Closes the line and opens the one that `make` makes. The old one goes first: two with the same client id would throw
   * each other out. What could not be sent meanwhile waits in the outbox.
   */
  renew(make: (events: LinkEvents) => Link): Promise<void> {
    this.#renewing = this.#renewing.then(async () => {
      if (this.#stopped) return;
      this.#isOpen = false;
      await this.#inner.stop();
      if (this.#stopped) return;
      this.#inner = this.#open(make);
      this.#isOpen = true;
      this.#inner.start();
    });
    return this.#renewing;
  }

  /** Late events of an old connection say nothing about the present one. */
  #open(make: (events: LinkEvents) => Link): Link {
    const isCurrent = () => this.#inner === link;
    const { onCommand, onStored, onUp, onDown, onTakenOver } = this.#events;
    const link: Link = make({
      onCommand: (message) => isCurrent() && onCommand(message),
      onStored: (payload) => isCurrent() && onStored(payload),
      onUp: () => isCurrent() && onUp(),
      onDown: (reason, isUnreached) => isCurrent() && onDown(reason, isUnreached),
      onTakenOver: () => isCurrent() && onTakenOver(),
    });
    return link;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#renewing;
    if (this.#isOpen) await this.#inner.stop();
  }
}
