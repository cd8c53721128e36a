// A terminal whose keypad is disabled: noted on disk before, enabled again in every case, and never disabled for long.
import { disable, enable } from '../../zk/control.ts';
import type { Conversation } from '../../zk/conversation.ts';
import type { Dialect, Learnt } from './dialect.ts';
import { isBroken } from './errors.ts';

/** Seconds after which the terminal enables itself, should the mini-PC die. */
export const TIMED_DISABLE_SECONDS = 25;
/** A terminal is disabled for at most this long at a time, ms; see "Times that nest" in docs/architecture.md. */
export const STRETCH_MS = 15_000;
/** What is under way then is cut off: enabling over a new conversation needs the rest. */
const CUT_MS = 14_000;

/** Where it is noted on disk that a terminal is disabled, so that a crash cannot leave it so. */
export interface DisableNote {
  /** Milliseconds until it must be enabled, 0: now; null: it is not disabled. */
  dueIn(): number | null;
  set(): void;
  clear(): void;
}

/** What is known of the terminal, and may be corrected by what it does. */
export interface KnownDialect {
  readonly dialect: Dialect;
  learn(found: Partial<Learnt>): void;
}

/** One stretch of being disabled. What breaks the conversation is made up for from the note. */
export class Disablement {
  readonly #conversation: Conversation;
  readonly #note: DisableNote;
  readonly #beganAt = performance.now();
  #limit: NodeJS.Timeout | undefined;

  private constructor(conversation: Conversation, note: DisableNote) {
    this.#conversation = conversation;
    this.#note = note;
    this.#limit = setTimeout(() => conversation.destroy(), CUT_MS);
  }

  /**
   * Disables, with the timed form where the terminal takes it. One that refused to be enabled after the last stretch
   * is asked again first: being disabled is never renewed.
   * @throws ZkError; SerenoError `agent_storage`.
   */
  static async begin(
    conversation: Conversation,
    known: KnownDialect,
    note: DisableNote,
  ): Promise<Disablement> {
    if (note.dueIn() !== null) await enable(conversation);
    note.set();
    const disablement = new Disablement(conversation, note);
    try {
      const wanted = known.dialect.timedDisable;
      const { timed } = await disable(conversation, wanted ? TIMED_DISABLE_SECONDS : null);
      if (timed !== wanted) known.learn({ timedDisable: timed });
      return disablement;
    } catch (error) {
      disablement.leave();
      throw error;
    }
  }

  /** Since it began, ms. */
  get lasts(): number {
    return performance.now() - this.#beganAt;
  }

  /** Enables again. A refusal leaves the note: the next conversation begins with another attempt. @throws ZkError if it breaks. */
  async end(): Promise<void> {
    try {
      await enable(this.#conversation);
      this.#note.clear();
    } catch (error) {
      if (isBroken(error)) throw error;
    } finally {
      this.leave();
    }
  }

  /** The conversation is over, or about to be. */
  leave(): void {
    clearTimeout(this.#limit);
    this.#limit = undefined;
  }
}

/**
 * A short piece of work outside the stretches of users' writes: a few exchanges.
 * @throws what `work` throws; ZkError.
 */
export async function whileDisabled<T>(
  conversation: Conversation,
  known: KnownDialect,
  note: DisableNote,
  work: () => Promise<T>,
): Promise<T> {
  const disablement = await Disablement.begin(conversation, known, note);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    if (isBroken(error)) disablement.leave();
    else await disablement.end();
    throw error;
  }
  await disablement.end();
  return result;
}
