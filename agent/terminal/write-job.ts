// One write of users on its way through the terminal, as a machine: its states, and one function a transition.
import type { Verified } from '../../shared/wire/envelope.ts';
import type { Result } from '../result.ts';
import type { UserRecord } from '../zk/users.ts';
import type { Wish } from './writes/table.ts';

/** What a job must obey, and whom it reports to: set by whoever hands it to the terminal. */
export interface JobRules {
  /** Milliseconds left until it may no longer begin. */
  timeLeft(): number;
  /** True if a write for the same user that was issued later has begun. */
  isSuperseded(): boolean;
  /** True if another agent may have it, and might still begin it: it is not begun here, and only its success is told. */
  mayBeElsewhere(): boolean;
  /**
   * Keeps what a delete is about to take away, as the bytes that a restore gets back; null where nothing is to be kept. On
   * disk when it returns.
   * @throws SerenoError `agent_storage`: then nothing is sent.
   */
  readonly keep: ((copy: Buffer) => void) | null;
  /** On disk before the first byte goes out. @throws SerenoError `agent_storage`: then nothing is sent. */
  begun(uid: number, before: UserRecord | null): void;
  /** The terminal acknowledged. */
  written(): void;
  settled(result: Result): void;
  /** Given back, as another agent may have it. `wasLookedAt`: the terminal was looked at, and had nothing of it. */
  contested(wasLookedAt: boolean): void;
}

/** What is known of a write that was perhaps made. */
export interface Traces {
  /** Null: not begun here; another agent may have. */
  readonly uid: number | null;
  /** The raw record as it was; null for a create. */
  readonly preimage: Buffer | null;
  /** The terminal had acknowledged it before the line broke. */
  readonly acknowledged?: boolean;
}

/** A write whose record is as wanted, with more to do. */
export interface Unfinished {
  /** Null where another agent may have written it. */
  readonly uid: number | null;
  /** What the answer rests on as far as the record goes. */
  readonly verified: Verified;
  /** How many conversations have broken over what is left to do. */
  readonly breaks: number;
}

/** A write that is about to be sent. */
export interface Beginning {
  readonly job: WriteJob;
  readonly uid: number;
  /** The record as it is; null for somebody new. */
  readonly before: UserRecord | null;
}

type State =
  /** Nothing of it was sent. */
  | { readonly kind: 'waiting' }
  /** It was sent, here or perhaps by another agent: only the terminal can show what became of it. */
  | { readonly kind: 'in doubt'; readonly traces: Traces }
  /** The record is there; something else must be done before it is settled. */
  | { readonly kind: 'unfinished'; readonly unfinished: Unfinished }
  /** Settled, or left to others: to the next run of the agent, or to the search for contested writes. */
  | { readonly kind: 'over' };

export class WriteJob {
  readonly id: string;
  readonly wish: Wish;
  readonly rules: JobRules;
  #state: State = { kind: 'waiting' };

  constructor(id: string, wish: Wish, rules: JobRules) {
    this.id = id;
    this.wish = wish;
    this.rules = rules;
  }

  /** True once it may have been sent to the terminal. */
  get hasBegun(): boolean {
    return this.#state.kind === 'in doubt' || this.#state.kind === 'unfinished';
  }

  /** True once it is finished here: it must not begin any more. */
  get isOver(): boolean {
    return this.#state.kind === 'over';
  }

  /** What to look for at the terminal. */
  get traces(): Traces {
    if (this.#state.kind === 'in doubt') return this.#state.traces;
    return { uid: this.unfinished.uid, preimage: null };
  }

  get unfinished(): Unfinished {
    if (this.#state.kind === 'unfinished') return this.#state.unfinished;
    throw this.#illegal('has nothing left to do');
  }

  /** An earlier run of the agent began it, or another agent may have. */
  foundInDoubt(traces: Traces): void {
    if (this.#state.kind !== 'waiting') throw this.#illegal('cannot have been begun by another');
    this.#state = { kind: 'in doubt', traces };
  }

  /**
   * From here on it is in doubt until it is verified. It begins again for the next record of a badge, and where nothing of it
   * was at the terminal.
   * @throws SerenoError `agent_storage`: then nothing may be sent, and it is what it was
   */
  begin(uid: number, before: UserRecord | null): void {
    WriteJob.beginTogether([{ job: this, uid, before }], (work) => work());
  }

  /**
   * As `begin`, for several at once: all of them, or none.
   * @param together keeps all that is told to the rules within it, or nothing of it
   */
  static beginTogether(beginnings: readonly Beginning[], together: (work: () => void) => void): void {
    for (const { job } of beginnings) if (job.isOver) throw job.#illegal('cannot begin');
    together(() => {
      for (const { job, uid, before } of beginnings) job.rules.begun(uid, before);
    });
    for (const { job, uid, before } of beginnings) {
      const traces = { uid, preimage: before?.raw ?? null, acknowledged: false };
      job.#state = { kind: 'in doubt', traces };
    }
  }

  /** The terminal has said that it was written. */
  acknowledge(): void {
    if (this.#state.kind !== 'in doubt') throw this.#illegal('cannot be acknowledged');
    this.#state = { kind: 'in doubt', traces: { ...this.#state.traces, acknowledged: true } };
    this.rules.written();
  }

  /** The record is there as wanted, and there is more to do. */
  leaveToFinish(uid: number | null, verified: Verified): void {
    if (!this.hasBegun) throw this.#illegal('cannot be half done');
    const breaks = this.#state.kind === 'unfinished' ? this.#state.unfinished.breaks : 0;
    this.#state = { kind: 'unfinished', unfinished: { uid, verified, breaks } };
  }

  /** A conversation broke over what is left to do. */
  countBreak(): void {
    const { unfinished } = this;
    this.#state = { kind: 'unfinished', unfinished: { ...unfinished, breaks: unfinished.breaks + 1 } };
  }

  settle(result: Result): void {
    if (this.isOver) throw this.#illegal('cannot be settled');
    this.#state = { kind: 'over' };
    this.rules.settled(result);
  }

  /** Gives it back, as another agent may have it; see `JobRules`. */
  contest(wasLookedAt: boolean): void {
    if (this.isOver) throw this.#illegal('cannot be contested');
    this.#state = { kind: 'over' };
    this.rules.contested(wasLookedAt);
  }

  /** Leaves it to the next run of the agent, unless it has begun. */
  leave(): void {
    if (this.#state.kind === 'waiting') this.#state = { kind: 'over' };
  }

  #illegal(what: string): Error {
    return new Error(`a write that is ${this.#state.kind} ${what}`);
  }
}
