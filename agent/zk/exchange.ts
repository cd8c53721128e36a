// One question to a terminal and the frames that answer it: deadline, resends, abort.
import { type Trouble, ZkError, type ZkErrorCode } from './errors.ts';

/** A frame that answers; `session` counts the data frames of a run. */
export interface Answer {
  readonly command: number;
  readonly session: number;
  readonly data: Buffer;
}

/**
 * What a reader makes of a frame: the value, or that more must come. `complete` is the value if nothing
 * more comes within `withinMs`: only a closing frame is missing, or datagrams were lost.
 */
export type Step<T> =
  | { readonly done: true; readonly value: T }
  | { readonly done: false; readonly complete?: { readonly value: T; readonly withinMs?: number } };

export interface Question<T> {
  readonly command: number;
  readonly data?: Buffer | undefined;
  /** In words: `write user (8)`. */
  readonly asked: string;
  /**
   * Called with each answering frame as it comes, how often the question has been sent by then, and how
   * many milliseconds ago for the first time. Throws ZkError:
   * `refused` leaves the conversation usable.
   */
  readonly read: (answer: Answer, sends: number, sinceMs: number) => Step<T>;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The time starts anew with every sign of life, for answers of many frames. */
  readonly progressive?: boolean | undefined;
  /** Ends it despite signs of life: a terminal that sends a little now and then would block its queue for ever. */
  readonly overallMs?: number | undefined;
  /** Sent again while nothing comes: for UDP, and only where a second run is harmless. */
  readonly resend?: boolean | undefined;
}

/** Milliseconds until the first resend; each further one waits twice as long. */
const RESEND_AFTER_MS = 400;
/** How long to wait for a closing frame once the data is whole, ms. */
const CLOSING_GRACE_MS = 1000;

/** An exchange as the queue sees it, whatever its value is. */
export interface Pending {
  readonly command: number;
  readonly data: Buffer | undefined;
  start(send: () => void): void;
  accept(answer: Answer): void;
  alive(): void;
  fail(code: ZkErrorCode, details: FailDetails): void;
}

interface FailDetails {
  readonly problem?: string;
  readonly trouble?: Trouble;
  readonly cause?: unknown;
}

type State = 'queued' | 'sent' | 'settled';

/** Holds every timer and listener of its question, and releases them the moment it settles. */
export class Exchange<T> implements Pending {
  readonly #question: Question<T>;
  readonly #resolve: (value: T) => void;
  readonly #reject: (error: ZkError) => void;
  /** Called once when it settles, with the error that ends the conversation, or null. */
  readonly #onSettled: (fatal: ZkError | null) => void;
  readonly #onAbort = () => this.fail('aborted', { cause: this.#question.signal?.reason });
  #state: State = 'queued';
  #deadline: NodeJS.Timeout | undefined;
  #overall: NodeJS.Timeout | undefined;
  #resendTimer: NodeJS.Timeout | undefined;
  #complete: { readonly value: T } | undefined;
  #sends = 0;
  #startedAt = 0;

  constructor(
    question: Question<T>,
    resolve: (value: T) => void,
    reject: (error: ZkError) => void,
    onSettled: (fatal: ZkError | null) => void,
  ) {
    this.#question = question;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#onSettled = onSettled;
    question.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get command(): number {
    return this.#question.command;
  }

  get data(): Buffer | undefined {
    return this.#question.data;
  }

  /** Sends the question and starts its time. */
  start(send: () => void): void {
    this.#state = 'sent';
    this.#startedAt = performance.now();
    this.#setDeadline(this.#question.timeoutMs);
    const { overallMs } = this.#question;
    if (overallMs !== undefined) {
      const problem = `its answer did not end within ${Math.round(overallMs)} ms`;
      this.#overall = setTimeout(() => this.fail('protocol', { problem, trouble: 'too_slow' }), overallMs);
    }
    const sendOnce = () => {
      this.#sends++;
      send();
    };
    if (this.#question.resend === true) this.#resendLater(sendOnce, RESEND_AFTER_MS);
    sendOnce();
  }

  accept(answer: Answer): void {
    if (this.#state !== 'sent') return;
    clearTimeout(this.#resendTimer);
    let step: Step<T>;
    try {
      step = this.#question.read(answer, this.#sends, performance.now() - this.#startedAt);
    } catch (cause) {
      const error =
        cause instanceof ZkError
          ? cause
          : new ZkError('protocol', this.#question.asked, { sent: true, cause });
      this.#settle(error.code === 'refused' ? null : error, () => this.#reject(error));
      return;
    }
    if (step.done) {
      const { value } = step;
      this.#settle(null, () => this.#resolve(value));
    } else if (step.complete !== undefined) {
      this.#complete = step.complete;
      this.#setDeadline(Math.min(step.complete.withinMs ?? CLOSING_GRACE_MS, this.#question.timeoutMs));
    } else {
      this.alive();
    }
  }

  /** A sign of life that completes no frame. */
  alive(): void {
    if (this.#state === 'sent' && this.#question.progressive === true && this.#complete === undefined) {
      this.#deadline?.refresh();
    }
  }

  /** Ends it with an error; one already on its way takes the conversation with it. */
  fail(code: ZkErrorCode, details: FailDetails): void {
    if (this.#state === 'settled') return;
    const sent = this.#state === 'sent';
    const error = new ZkError(code, this.#question.asked, { ...details, sent });
    this.#settle(sent ? error : null, () => this.#reject(error));
  }

  #setDeadline(ms: number): void {
    clearTimeout(this.#deadline);
    this.#deadline = setTimeout(() => this.#onDeadline(), ms);
  }

  #onDeadline(): void {
    if (this.#complete === undefined) {
      this.fail('timeout', { problem: `no answer within ${this.#question.timeoutMs} ms` });
      return;
    }
    const { value } = this.#complete;
    this.#settle(null, () => this.#resolve(value));
  }

  #resendLater(send: () => void, ms: number): void {
    this.#resendTimer = setTimeout(() => {
      send();
      this.#resendLater(send, ms * 2);
    }, ms);
  }

  #settle(fatal: ZkError | null, answer: () => void): void {
    this.#state = 'settled';
    clearTimeout(this.#deadline);
    clearTimeout(this.#overall);
    clearTimeout(this.#resendTimer);
    this.#question.signal?.removeEventListener('abort', this.#onAbort);
    answer();
    this.#onSettled(fatal);
  }
}
