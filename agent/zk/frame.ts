// The TCP frame: 50 50 82 7d, u32 length, payload. The stream may be split and joined at any byte.
import { ZkError } from './errors.ts';
import { PAYLOAD_HEAD } from './payload.ts';

const MAGIC = 0x7d825050;
const FRAME_HEAD = 8;
/** Largest payload that is believed. Terminals send 64 KB; some send a whole table in one frame: 65,535 users have 4.5 MB. */
const MAX_PAYLOAD = 5 * 1024 * 1024;
const FIRST_ALLOCATION = 4096;

/** A payload in its TCP frame. */
export function encodeFrame(payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEAD + payload.length);
  frame.writeUInt32LE(MAGIC, 0);
  frame.writeUInt32LE(payload.length, 4);
  payload.copy(frame, FRAME_HEAD);
  return frame;
}

/**
 * Cuts a TCP stream into payloads. Memory grows with the bytes that came, never with the length that a header claims.
 * A broken stream cannot be trusted again: `broken` says so, and nothing more is decoded.
 */
export class FrameDecoder {
  readonly #maxPayload: number;
  /** The frame that has begun and is not complete; its first `#held` bytes are filled. */
  #partial: Buffer = Buffer.alloc(0);
  #held = 0;
  #broken: ZkError | null = null;

  constructor(maxPayload: number = MAX_PAYLOAD) {
    this.#maxPayload = maxPayload;
  }

  /** Bytes held of a frame that is not complete yet. */
  get held(): number {
    return this.#held;
  }

  /** Set (`protocol`) once a magic number was wrong or a length impossible. */
  get broken(): ZkError | null {
    return this.#broken;
  }

  /**
   * Payloads completed by `chunk`, in order; they may be views of it. Never throws: frames before the damage are
   * returned, however the stream was cut, and then `broken` is set.
   */
  push(chunk: Buffer): Buffer[] {
    const payloads: Buffer[] = [];
    try {
      this.#decode(chunk, payloads);
    } catch (error) {
      if (!(error instanceof ZkError)) throw error;
      this.#broken = error;
      this.#partial = Buffer.alloc(0);
      this.#held = 0;
    }
    return payloads;
  }

  #decode(chunk: Buffer, payloads: Buffer[]): void {
    let at = 0;
    while (at < chunk.length && this.#broken === null) {
      const whole = this.#held === 0 ? this.#wholeFrame(chunk, at) : null;
      if (whole !== null) {
        payloads.push(whole);
        at += FRAME_HEAD + whole.length;
        continue;
      }
      at += this.#keep(chunk, at);
      const complete = this.#completePartial();
      if (complete !== null) payloads.push(complete);
    }
  }

  /** The payload of a frame that lies whole in `chunk` at `at`: the common case, without a copy. */
  #wholeFrame(chunk: Buffer, at: number): Buffer | null {
    if (chunk.length - at < FRAME_HEAD) return null;
    const end = at + FRAME_HEAD + this.#payloadLength(chunk, at);
    return end <= chunk.length ? chunk.subarray(at + FRAME_HEAD, end) : null;
  }

  /** Takes from `chunk` what the unfinished frame still needs, its header first. Returns how many bytes were taken. */
  #keep(chunk: Buffer, at: number): number {
    const wanted = this.#held < FRAME_HEAD ? FRAME_HEAD : FRAME_HEAD + this.#payloadLength(this.#partial, 0);
    const end = Math.min(chunk.length, at + wanted - this.#held);
    this.#reserve(this.#held + end - at, wanted);
    chunk.copy(this.#partial, this.#held, at, end);
    this.#held += end - at;
    return end - at;
  }

  #completePartial(): Buffer | null {
    if (this.#held < FRAME_HEAD) return null;
    const end = FRAME_HEAD + this.#payloadLength(this.#partial, 0);
    if (this.#held < end) return null;
    const payload = this.#partial.subarray(FRAME_HEAD, end);
    // The payload is handed out as a view of this memory, so the next frame gets its own.
    this.#partial = Buffer.alloc(0);
    this.#held = 0;
    return payload;
  }

  /** Doubling keeps the copying linear however small the pieces are. */
  #reserve(needed: number, wanted: number): void {
    if (needed <= this.#partial.length) return;
    const size = Math.max(needed, Math.min(wanted, Math.max(FIRST_ALLOCATION, this.#partial.length * 2)));
    const grown = Buffer.allocUnsafe(size);
    this.#partial.copy(grown, 0, 0, this.#held);
    this.#partial = grown;
  }

  #payloadLength(bytes: Buffer, at: number): number {
    if (bytes.readUInt32LE(at) !== MAGIC) throw damage('a frame does not begin with 50 50 82 7d');
    const length = bytes.readUInt32LE(at + 4);
    if (length < PAYLOAD_HEAD || length > this.#maxPayload) throw damage(`a frame claims ${length} bytes`);
    return length;
  }
}

function damage(problem: string): ZkError {
  return new ZkError('protocol', 'TCP frame', { problem, sent: true });
}
