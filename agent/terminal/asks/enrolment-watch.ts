// An enrolment under way, told by the terminal's events: how far it is, and how it ends.
import type { Stage } from '../../../shared/wire/stage.ts';
import type { Timers } from '../../clock.ts';
import type { Conversation, TerminalEvent } from '../../zk/conversation.ts';
import { decodeEnrolEvent, type EnrolEvent } from '../../zk/enrolment.ts';

/** The terminal asks for the same finger so many times. */
const SAMPLES = 3;
/** Results of the terminal (docs/protocol.md); 0 is success. */
const SensorResult = { enrolled: 0, failed: 4, duplicate: 5, timeout: 6 } as const;

export type Ending =
  | { readonly kind: 'enrolled' }
  | { readonly kind: 'refused'; readonly code: 'duplicate_finger' | 'enrol_timeout' | 'enrol_failed' }
  | { readonly kind: 'cancelled' }
  /** The conversation is over: the terminal must be looked at. */
  | { readonly kind: 'lost' };

export interface EnrolState {
  readonly samples: number;
  /** Somebody has put a finger on the sensor. */
  readonly touched: boolean;
  readonly ending: Ending | null;
}

export const AT_FIRST: EnrolState = { samples: 0, touched: false, ending: null };

/** What an event makes of the state. Once it has ended, nothing changes it: a sample may come after the result. */
export function afterEvent(state: EnrolState, event: EnrolEvent, finger: number): EnrolState {
  if (state.ending !== null) return state;
  switch (event.kind) {
    case 'finger':
      return { ...state, touched: true };
    case 'sample':
      return {
        ...state,
        touched: true,
        samples: event.good ? Math.min(state.samples + 1, SAMPLES) : state.samples,
      };
    case 'result':
      if (event.code !== SensorResult.enrolled)
        return { ...state, ending: refusal(event.code, state.touched) };
      // The result of another finger is no result of this enrolment.
      if (event.finger !== undefined && event.finger !== finger) return state;
      return { samples: SAMPLES, touched: true, ending: { kind: 'enrolled' } };
  }
}

/** Firmwares use 4 both if nobody came and if the samples do not match each other. */
function refusal(code: number, touched: boolean): Ending {
  if (code === SensorResult.duplicate) return { kind: 'refused', code: 'duplicate_finger' };
  const timedOut = code === SensorResult.timeout || (code === SensorResult.failed && !touched);
  return { kind: 'refused', code: timedOut ? 'enrol_timeout' : 'enrol_failed' };
}

export interface WatchOptions {
  readonly finger: number;
  readonly signal: AbortSignal;
  /** Whatever the terminal does, it is over after so long, ms. */
  readonly timeoutMs: number;
  readonly onStage: (stage: Stage) => void;
}

/** Listens from the moment it is made; what comes before `begin` is told after it. Always `stop` it. */
export class EnrolmentWatch {
  readonly #options: WatchOptions;
  readonly #early: EnrolEvent[] = [];
  readonly #ended = Promise.withResolvers<Ending>();
  readonly #release: (() => void)[];
  #state = AT_FIRST;
  #begun = false;

  constructor(conversation: Conversation, clock: Timers, options: WatchOptions) {
    this.#options = options;
    const { signal, timeoutMs } = options;
    const cancel = () => this.#ended.resolve({ kind: 'cancelled' });
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    const late: Ending = { kind: 'refused', code: 'enrol_timeout' };
    this.#release = [
      conversation.onEvent((event) => this.#onEvent(event)),
      conversation.onClosed(() => this.#ended.resolve({ kind: 'lost' })),
      () => signal.removeEventListener('abort', cancel),
      clock.after(timeoutMs, () => this.#ended.resolve(late)),
    ];
  }

  /** The terminal has accepted: it waits for the finger. */
  begin(): void {
    this.#begun = true;
    this.#options.onStage('waiting');
    for (const event of this.#early.splice(0)) this.#take(event);
  }

  /** Settles when it is over, whatever ended it. */
  get ended(): Promise<Ending> {
    return this.#ended.promise;
  }

  stop(): void {
    for (const release of this.#release) release();
  }

  #onEvent(event: TerminalEvent): void {
    const told = decodeEnrolEvent(event);
    if (told === null) return;
    if (this.#begun) this.#take(told);
    else this.#early.push(told);
  }

  #take(event: EnrolEvent): void {
    const before = this.#state.samples;
    this.#state = afterEvent(this.#state, event, this.#options.finger);
    const { samples, ending } = this.#state;
    for (let sample = before + 1; sample <= samples; sample++) {
      this.#options.onStage(`sample ${sample}/${SAMPLES}`);
    }
    if (ending !== null) this.#ended.resolve(ending);
  }
}
