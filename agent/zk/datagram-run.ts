// The datagrams that carry data as an answer. They come late, twice, in any order or not at all: only what is proven counts.
import { Command, Reply } from './commands.ts';
import { ZkError } from './errors.ts';
import type { Answer, Step } from './exchange.ts';

export interface DatagramRunOptions {
  /** The question in words, for errors. */
  readonly asked: string;
  /** Most bytes that are believed. */
  readonly maxBytes: number;
  /** The conversation's session: a piece that is numbered shows another number in that field. */
  readonly session: number;
  /** True if one 1501 without a 1500 before it holds all that was asked for, by what is known of it. */
  readonly isWhole: (data: Buffer) => boolean;
  /** The answer to a repeat of the question may differ from the first one: it is not read from a buffer of the terminal. */
  readonly mayChange: boolean;
  /** A silence of this length ends the try, ms. */
  readonly quietMs: number;
}

/** What one try brought. */
export interface Tried {
  /** All of it is there. */
  readonly whole: boolean;
  /** What is proven from the beginning on; all of it where it is whole. */
  readonly data: Buffer;
  /** What may be all of it, and is if another try brings the same: its pieces carry no numbers, or its size is not told. */
  readonly claimed: Buffer | null;
  /** Nothing but a closing frame came: an empty answer, or one that was lost. */
  readonly closedOnly: boolean;
  /** Bytes of the largest piece. */
  readonly largest: number;
}

/** What overtook the closing frame, or was overtaken by it, comes within this, ms. */
const STRAGGLERS_MS = 150;
const NOTHING = Buffer.alloc(0);

/**
 * One try of one question over UDP: 1500 with the size, 1501s that count 0, 1, 2 … in their session field, 2000. A piece
 * has its place by its count alone; the run is whole when the pieces from 0 on add up to the size. Not every terminal
 * counts: then a run of several pieces proves nothing, and a single piece of the size announced is whole.
 * Source of the count: captures of field reports over UDP.
 */
export class DatagramRun {
  readonly #options: DatagramRunOptions;
  readonly #pieces = new Map<number, Buffer>();
  readonly #arrived: Buffer[] = [];
  #bytes = 0;
  #announced: number | null = null;
  #closed = false;
  #largest = 0;
  /** The pieces belong to several answers, or carry no numbers. */
  #contradicts = false;
  /** The pieces may belong to two answers, each of which may have lost some. */
  #mayBeTwo = false;

  constructor(options: DatagramRunOptions) {
    this.#options = options;
  }

  /** Bytes that came, doubled ones too. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * @param sends how often the question has been sent
   * @throws ZkError `refused` on a code that carries no data, `protocol` on more than a terminal holds
   */
  accept(answer: Answer, sends: number): Step<Tried> {
    switch (answer.command) {
      case Command.prepareData:
        this.#announce(answer.data);
        break;
      case Command.data:
        this.#keep(answer);
        break;
      case Reply.ok:
        this.#closed = true;
        break;
      default:
        throw this.#unexpected(answer);
    }
    this.#mayBeTwo = sends > 1 && this.#options.mayChange;
    return this.#step();
  }

  #announce(data: Buffer): void {
    if (data.length < 4) throw this.#protocol('an announcement without a size');
    const size = data.readUInt32LE(0);
    if (size > this.#options.maxBytes) throw this.#tooMuch(`${size} bytes announced`);
    if (this.#announced !== null && size !== this.#announced) this.#contradicts = true;
    this.#announced = size;
  }

  #keep({ session: count, data }: Answer): void {
    if (data.length === 0) throw this.#protocol('a frame without data');
    this.#bytes += data.length;
    this.#largest = Math.max(this.#largest, data.length);
    // Everything may come twice, for instance after a repeat of the question.
    if (this.#bytes > this.#options.maxBytes * 4) throw this.#tooMuch(`${this.#bytes} bytes`);
    const known = this.#pieces.get(count);
    if (known === undefined) this.#pieces.set(count, data);
    else if (!known.equals(data)) this.#contradicts = true;
    else return;
    this.#arrived.push(data);
  }

  #step(): Step<Tried> {
    const data = this.#proven();
    if (data !== null)
      return {
        done: true,
        value: { whole: true, data, claimed: null, closedOnly: false, largest: this.#largest },
      };
    const closedOnly = this.#closed && this.#announced === null && this.#arrived.length === 0;
    const value = {
      whole: false,
      data: this.#prefix(),
      claimed: this.#claimed(),
      closedOnly,
      largest: this.#largest,
    };
    return {
      done: false,
      complete: { value, withinMs: this.#closed ? STRAGGLERS_MS : this.#options.quietMs },
    };
  }

  #proven(): Buffer | null {
    const only = this.#only;
    if (this.#announced === null) {
      return only !== null && this.#options.isWhole(only) && (this.#isPlain || this.#pieces.has(0))
        ? only
        : null;
    }
    if (this.#announced === 0) return NOTHING;
    if (only?.length === this.#announced) return only;
    const prefix = this.#prefix();
    return prefix.length === this.#announced ? prefix : null;
  }

  get #only(): Buffer | null {
    return this.#arrived.length === 1 ? (this.#arrived[0] ?? null) : null;
  }

  /** Nothing that came carries a number. */
  get #isPlain(): boolean {
    return this.#pieces.size === 1 && this.#pieces.has(this.#options.session);
  }

  /** The pieces from 0 on. One alone proves nothing: a terminal that does not count may show any number. */
  #prefix(): Buffer {
    if (this.#contradicts || this.#mayBeTwo || this.#announced === null || this.#pieces.size < 2)
      return NOTHING;
    const pieces: Buffer[] = [];
    let bytes = 0;
    for (let piece = this.#pieces.get(0); piece !== undefined; piece = this.#pieces.get(pieces.length)) {
      pieces.push(piece);
      bytes += piece.length;
    }
    return bytes <= this.#announced ? Buffer.concat(pieces) : NOTHING;
  }

  #claimed(): Buffer | null {
    if (!this.#isPlain || this.#mayBeTwo) return null;
    const data = Buffer.concat(this.#arrived);
    const isAll = this.#announced === null ? this.#only !== null : data.length === this.#announced;
    return isAll ? data : null;
  }

  #unexpected(answer: Answer): ZkError {
    if (this.#arrived.length > 0 || this.#announced !== null) {
      return this.#protocol(`reply ${answer.command} amid data`);
    }
    return new ZkError('refused', this.#options.asked, { reply: answer.command, sent: true });
  }

  #tooMuch(what: string): ZkError {
    const problem = `${what} where ${this.#options.maxBytes} have room`;
    return new ZkError('protocol', this.#options.asked, { problem, trouble: 'too_much', sent: true });
  }

  #protocol(problem: string): ZkError {
    return new ZkError('protocol', this.#options.asked, { problem, sent: true });
  }
}
