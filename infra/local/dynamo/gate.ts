// Lets single writes run side by side and a transaction run alone: it waits for the writes under way, and new ones wait for it.

export class Gate {
  #beside = 0;
  #alone = false;
  readonly #waiting: { readonly alone: boolean; readonly go: () => void }[] = [];

  /** Resolves when this write may begin beside others, with a function that ends it. */
  beside(): Promise<() => void> {
    return this.#enter(false);
  }

  /** Resolves when nobody else writes, with a function that ends it. */
  alone(): Promise<() => void> {
    return this.#enter(true);
  }

  #enter(alone: boolean): Promise<() => void> {
    return new Promise((resolve) => {
      this.#waiting.push({ alone, go: () => resolve(this.#leaving(alone)) });
      this.#admit();
    });
  }

  #leaving(alone: boolean): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      if (alone) this.#alone = false;
      else this.#beside--;
      this.#admit();
    };
  }

  /** First come, first served: nobody starves. */
  #admit(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || this.#alone || (first.alone && this.#beside > 0)) return;
      this.#waiting.shift();
      if (first.alone) this.#alone = true;
      else this.#beside++;
      first.go();
    }
  }
}
