// Faults by name that a test puts into a terminal, and the choice of the one that strikes a request.
import * as z from 'zod';

export const faultSchema = z.strictObject({
  /**
   * drop: no answer · stall: nothing is answered until the fault is taken away (or `ms` passed) · delay: late by `ms` ·
   * refuse: `reply` (2001) · cut: connection reset · silent-close: connection closed · cut-after-bytes: closed once
   * `afterBytes` bytes of answers went out · full: new users are refused (kept all the same, with `after-effect`) ·
   * ack-without-effect, apply-without-ack: as they say · garbage: bytes that are no answer · duplicate: the answer
   * twice · request-twice: the request arrives twice, as a datagram may, and both are served · lose-frame, double-frame,
   * late-frame: what befalls one frame of the answer, see `frame`.
   */
  kind: z.enum([
    'drop',
    'stall',
    'delay',
    'refuse',
    'cut',
    'silent-close',
    'cut-after-bytes',
    'full',
    'ack-without-effect',
    'apply-without-ack',
    'garbage',
    'duplicate',
    'request-twice',
    'lose-frame',
    'double-frame',
    'late-frame',
  ]),
  /** Only requests with this command; left out: every request. */
  command: z.int().optional(),
  /** How often it strikes; left out: until it is taken away. */
  times: z.int().min(1).optional(),
  /** For `cut-after-bytes`: counted over all answers that match, from the moment the fault was added. */
  afterBytes: z.int().min(0).optional(),
  /** Whether the command is carried out first; default `before-effect`. */
  when: z.enum(['before-effect', 'after-effect']).optional(),
  ms: z.int().min(0).optional(),
  reply: z.int().optional(),
  /** For the frame kinds: which one of an answer, from 0; negative ones count from its end. Default: the first. */
  frame: z.int().optional(),
  /** For `late-frame`: so many of those behind it overtake it; default 1. */
  by: z.int().min(1).optional(),
  /** For the frame kinds: so many answers that have such a frame go out as they are before it strikes. */
  skip: z.int().min(0).optional(),
});
export type Fault = z.infer<typeof faultSchema>;

export interface ArmedFault {
  readonly fault: Fault;
  /** Settles when the fault is taken away or used up. */
  readonly gone: AbortSignal;
}

const FRAME_KINDS: readonly Fault['kind'][] = ['lose-frame', 'double-frame', 'late-frame'];
/** Not of a whole request: they strike at admission or while the answer goes out. */
const ELSEWHERE: readonly Fault['kind'][] = ['cut-after-bytes', 'full', ...FRAME_KINDS];

interface Entry extends ArmedFault {
  readonly end: AbortController;
  readonly onStrike: () => void;
  left: number;
  sent: number;
  skips: number;
}

export class Faults {
  readonly #entries = new Set<Entry>();

  /**
   * Arms a fault; the answer takes it away again. `onStrike` is called each time it strikes. Throws ZodError on one
   * that is not known.
   */
  add(fault: Fault, onStrike: () => void = () => {}): () => void {
    const known = faultSchema.parse(fault);
    const end = new AbortController();
    const left = known.times ?? Infinity;
    const entry: Entry = {
      fault: known,
      end,
      onStrike,
      gone: end.signal,
      left,
      sent: 0,
      skips: known.skip ?? 0,
    };
    this.#entries.add(entry);
    return () => this.#remove(entry);
  }

  clear(): void {
    for (const entry of this.#entries) this.#remove(entry);
  }

  /** The first fault that strikes this request, if any; it counts as having struck once. */
  take(command: number): ArmedFault | null {
    const entry = this.#find(command, (kind) => !ELSEWHERE.includes(kind));
    if (entry !== undefined) this.#use(entry);
    return entry ?? null;
  }

  /** The fault by which the terminal shall say that it is full, if any. */
  takeFull(command: number): Fault | null {
    const entry = this.#find(command, (kind) => kind === 'full');
    if (entry !== undefined) this.#use(entry);
    return entry?.fault ?? null;
  }

  /** How many of these `bytes` of an answer may still go out before the connection is cut; null: all of them. */
  budget(command: number, bytes: number): number | null {
    const entry = this.#find(command, (kind) => kind === 'cut-after-bytes');
    if (entry === undefined) return null;
    const left = (entry.fault.afterBytes ?? 0) - entry.sent;
    if (bytes < left) {
      entry.sent += bytes;
      return null;
    }
    entry.sent = 0;
    this.#use(entry);
    return left;
  }

  /** The frames of an answer to `command` as they go out. Places are those of the answer before anything befell it. */
  disturb<T>(command: number, frames: readonly T[]): readonly T[] {
    const slots = frames.map((frame, place) => ({ frame, place }));
    for (const entry of [...this.#entries]) {
      const { kind, command: only, frame = 0, by = 1 } = entry.fault;
      const place = frame < 0 ? frames.length + frame : frame;
      const strikes = FRAME_KINDS.includes(kind) && (only === undefined || only === command);
      const at = slots.findIndex((slot) => slot.place === place);
      if (!strikes || at < 0 || entry.left <= 0) continue;
      if (entry.skips > 0) {
        entry.skips -= 1;
        continue;
      }
      this.#use(entry);
      const copies = slots.splice(at, 1);
      if (kind === 'double-frame') slots.splice(at, 0, ...copies, ...copies);
      if (kind === 'late-frame') slots.splice(at + by, 0, ...copies);
    }
    return slots.map((slot) => slot.frame);
  }

  #find(command: number, accepts: (kind: Fault['kind']) => boolean): Entry | undefined {
    for (const entry of this.#entries) {
      const { fault, left } = entry;
      if (left > 0 && accepts(fault.kind) && (fault.command === undefined || fault.command === command))
        return entry;
    }
    return undefined;
  }

  #use(entry: Entry): void {
    entry.onStrike();
    entry.left -= 1;
    // A stall lasts until somebody takes it away, however few requests it may strike.
    if (entry.left === 0 && entry.fault.kind !== 'stall') this.#remove(entry);
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry);
    entry.end.abort();
  }
}
