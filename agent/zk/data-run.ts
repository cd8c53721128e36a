// The frames that carry data as an answer: a bare 1501, or 1500, then 1501 once or often, then 2000.
import { Command, Reply } from './commands.ts';
import { ZkError } from './errors.ts';
import type { Answer, Step } from './exchange.ts';

export interface DataRunOptions {
  /** The question in words, for errors. */
  readonly asked: string;
  /** Most bytes that are believed. */
  readonly maxBytes: number;
  /** Called with the bytes collected so far and the bytes announced. */
  readonly onBytes?: ((bytes: number, total: number) => void) | undefined;
}

/**
 * Collects one run. Its memory grows with what came, never with what was announced. Datagrams that overtook each
 * other are put back in order by the count in their session field, where the terminal counts (0, 1, 2 …).
 */
export class DataRun {
  readonly #options: DataRunOptions;
  readonly #pieces: { readonly count: number; readonly data: Buffer }[] = [];
  #announced: number | null = null;
  #bytes = 0;
  #whole: Buffer | null = null;

  constructor(options: DataRunOptions) {
    this.#options = options;
  }

  /** @throws ZkError `refused` on a code that carries no data, `protocol` when sums do not agree. */
  accept(answer: Answer): Step<Buffer> {
    if (this.#announced === null) return this.#begin(answer);
    if (answer.command === Command.data) return this.#collect(answer, this.#announced);
    if (answer.command === Reply.ok) return this.#close(this.#announced);
    throw this.#pieces.length === 0
      ? this.#refused(answer)
      : this.#protocol(`reply ${answer.command} amid data`);
  }

  #begin(answer: Answer): Step<Buffer> {
    if (answer.command === Command.data) {
      if (answer.data.length > this.#options.maxBytes)
        throw this.#protocol('more data than a terminal holds');
      this.#options.onBytes?.(answer.data.length, answer.data.length);
      return { done: true, value: answer.data };
    }
    if (answer.command !== Command.prepareData) throw this.#refused(answer);
    if (answer.data.length < 4) throw this.#protocol('an announcement without a size');
    this.#announced = answer.data.readUInt32LE(0);
    if (this.#announced > this.#options.maxBytes) throw this.#protocol(`${this.#announced} bytes announced`);
    return { done: false };
  }

  #collect(answer: Answer, announced: number): Step<Buffer> {
    this.#bytes += answer.data.length;
    if (this.#bytes > announced) throw this.#protocol(`more than the ${announced} bytes announced`);
    this.#pieces.push({ count: answer.session, data: answer.data });
    this.#options.onBytes?.(this.#bytes, announced);
    if (this.#bytes < announced) return { done: false };
    return { done: false, complete: { value: this.#joined() } };
  }

  #close(announced: number): Step<Buffer> {
    if (this.#bytes !== announced) throw this.#protocol(`${this.#bytes} of ${announced} bytes came`);
    return { done: true, value: this.#joined() };
  }

  /** Joined once, though a run that is closed properly is asked for it twice. */
  #joined(): Buffer {
    this.#whole ??= this.#join();
    return this.#whole;
  }

  #join(): Buffer {
    const [first] = this.#pieces;
    if (this.#pieces.length === 1 && first !== undefined) return first.data;
    const sorted = this.#pieces.toSorted((a, b) => a.count - b.count);
    const counted = sorted.every(({ count }, index) => count === index);
    return Buffer.concat((counted ? sorted : this.#pieces).map(({ data }) => data));
  }

  #refused(answer: Answer): ZkError {
    return new ZkError('refused', this.#options.asked, { reply: answer.command, sent: true });
  }

  #protocol(problem: string): ZkError {
    return new ZkError('protocol', this.#options.asked, { problem, sent: true });
  }
}
