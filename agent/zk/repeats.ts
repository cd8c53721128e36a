// A request that was sent again over UDP, and the further answers that its repeats bring.
import type { Answer } from './exchange.ts';

/** Counts how often each request was sent, and catches late answers to the last one. */
export class Repeats {
  #sends = 0;
  #onLate: ((answer: Answer) => void) | null = null;

  /** Another request begins. */
  begin(): void {
    this.#sends = 0;
  }

  sent(): void {
    this.#sends++;
  }

  /** An answer to the last request, which has been answered already. */
  late(answer: Answer): void {
    this.#onLate?.(answer);
  }

  /**
   * The last answer to the last request, which was answered by `first` after `tookMs`. A slow terminal answers every
   * repeat and may need as long for each as for the first; if a repeat was lost, nothing more comes.
   */
  async lastAnswer(first: Answer, tookMs: number, signal: AbortSignal | undefined): Promise<Answer> {
    let last = first;
    for (let repeats = this.#sends - 1; repeats > 0; repeats--) {
      const answer = await this.#next(tookMs, signal);
      if (answer === null) break;
      last = answer;
    }
    return last;
  }

  /** Null if none comes within `ms`, or `signal` ends the wait. */
  async #next(ms: number, signal: AbortSignal | undefined): Promise<Answer | null> {
    const { promise, resolve } = Promise.withResolvers<Answer | null>();
    const giveUp = () => resolve(null);
    const timer = setTimeout(giveUp, ms);
    signal?.addEventListener('abort', giveUp, { once: true });
    this.#onLate = resolve;
    try {
      return await promise;
    } finally {
      this.#onLate = null;
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }
}
