// The frames of a stream that carry data as an answer: a bare 1501, or 1500, then 1501 once or often, then 2000.
import { Command, Reply } from './commands.ts';
import { ZkError } from './errors.ts';
import type { Answer, Step } from './exchange.ts';
import type { Pace } from './pace.ts';

export interface DataRunOptions {
  /** The question in words, for errors. */
  readonly asked: string;
  /** Most bytes that are believed. */
  readonly maxBytes: number;
  /** How fast the bytes must come; left out: the deadline of the exchange alone counts. */
  readonly pace?: Pace | undefined;
  /** Called with the bytes collected so far and the bytes announced. */
  readonly onBytes?: ((bytes: number, total: number) => void) | undefined;
}

const FIRST_ALLOCATION = 64 * 1024;

/** No terminal sends a table in more pieces than this: they would cost more than they bring. */
function mostPieces(bytes: number): number {
  return 256 + Math.ceil(bytes / 16);
}

/** Collects one run in the order of the stream. Its memory grows with what came, never with what was announced. */
export class DataRun {
  readonly #options: DataRunOptions;
  #announced: number | null = null;
  #data: Buffer = Buffer.alloc(0);
  #bytes = 0;
  #pieces = 0;

  constructor(options: DataRunOptions) {
    this.#options = options;
  }

  /** @throws ZkError `refused` on a code that carries no data, `protocol` when sums do not agree, or when it is too slow. */
  accept(answer: Answer): Step<Buffer> {
    if (this.#announced === null) return this.#begin(answer);
    if (answer.command === Command.data) return this.#collect(answer.data, this.#announced);
    if (answer.command === Reply.ok) return this.#close(this.#announced);
    throw this.#bytes === 0 ? this.#refused(answer) : this.#protocol(`reply ${answer.command} amid data`);
  }

  #begin({ command, data }: Answer): Step<Buffer> {
    if (command === Command.data) {
      if (data.length > this.#options.maxBytes) throw this.#tooMuch(`${data.length} bytes`);
      this.#options.onBytes?.(data.length, data.length);
      return { done: true, value: data };
    }
    if (command !== Command.prepareData) throw this.#refused({ command });
    if (data.length < 4) throw this.#protocol('an announcement without a size');
    this.#announced = data.readUInt32LE(0);
    if (this.#announced > this.#options.maxBytes) throw this.#tooMuch(`${this.#announced} bytes announced`);
    return { done: false };
  }

  #collect(data: Buffer, announced: number): Step<Buffer> {
    if (data.length === 0) throw this.#protocol('a frame without data');
    if (++this.#pieces > mostPieces(announced)) throw this.#protocol('frames of a few bytes each');
    if (this.#bytes + data.length > announced)
      throw this.#protocol(`more than the ${announced} bytes announced`);
    this.#append(data, announced);
    this.#options.pace?.check(this.#bytes, this.#options.asked);
    this.#options.onBytes?.(this.#bytes, announced);
    if (this.#bytes < announced) return { done: false };
    return { done: false, complete: { value: this.#whole } };
  }

  /** Copied, for a piece is a view of all that came with it. */
  #append(data: Buffer, announced: number): void {
    const needed = this.#bytes + data.length;
    if (needed > this.#data.length) {
      const grown = Buffer.allocUnsafe(
        Math.min(announced, Math.max(needed, 2 * this.#data.length, FIRST_ALLOCATION)),
      );
      this.#data.copy(grown, 0, 0, this.#bytes);
      this.#data = grown;
    }
    data.copy(this.#data, this.#bytes);
    this.#bytes = needed;
  }

  #close(announced: number): Step<Buffer> {
    if (this.#bytes !== announced) throw this.#protocol(`${this.#bytes} of ${announced} bytes came`);
    return { done: true, value: this.#whole };
  }

  get #whole(): Buffer {
    return this.#data.subarray(0, this.#bytes);
  }

  #refused({ command }: Pick<Answer, 'command'>): ZkError {
    return new ZkError('refused', this.#options.asked, { reply: command, sent: true });
  }

  #tooMuch(what: string): ZkError {
    const problem = `${what} where ${this.#options.maxBytes} have room`;
    return new ZkError('protocol', this.#options.asked, { problem, trouble: 'too_much', sent: true });
  }

  #protocol(problem: string): ZkError {
    return new ZkError('protocol', this.#options.asked, { problem, sent: true });
  }
}
