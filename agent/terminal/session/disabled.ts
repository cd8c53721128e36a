// A terminal whose keypad is disabled: noted on disk before, enabled again in every case, and never disabled for long.
import type { Clock } from '../../clock.ts';
import { disable, enable } from '../../zk/control.ts';
import type { Conversation } from '../../zk/conversation.ts';
import type { DisableNote } from '../ports.ts';
import { isBroken } from './errors.ts';
import type { KnownDialect } from './known-dialect.ts';

/** Seconds after which the terminal enables itself, should the mini-PC die. */
export const TIMED_DISABLE_SECONDS = 25;
/** Whatever is still running then is cut off: the remaining time is for enabling over a new conversation. */
const CUT_MS = 14_000;

/** A terminal, as whoever disables its keypad needs it. */
export interface Keypad {
  readonly conversation: Conversation;
  readonly known: KnownDialect;
  readonly note: DisableNote;
  readonly clock: Clock;
}

/** One period in which the keypad is disabled. If the conversation breaks, the note makes sure that it is enabled later. */
export class Disablement {
  readonly #conversation: Conversation;
  readonly #note: DisableNote;
  readonly #clock: Clock;
  readonly #beganAt: number;
  #cancelLimit: () => void;

  private constructor({ conversation, note, clock }: Keypad) {
    this.#conversation = conversation;
    this.#note = note;
    this.#clock = clock;
    this.#beganAt = clock.monotonic();
    this.#cancelLimit = clock.after(CUT_MS, () => conversation.destroy());
  }

  /**
   * Disables, with the timed form where the terminal takes it. One that refused to be enabled after the last time
   * is asked again first: being disabled is never renewed.
   * @throws ZkError; SerenoError `agent_storage`.
   */
  static async begin(keypad: Keypad): Promise<Disablement> {
    const { conversation, known, note } = keypad;
    if (note.dueIn() !== null) await enable(conversation);
    note.set();
    const disablement = new Disablement(keypad);
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
    return this.#clock.monotonic() - this.#beganAt;
  }

  /**
   * Enables again. A refusal leaves the note: the next conversation begins with another attempt.
   * @param behind what is due then; a conversation that breaks amid it leaves the note, too
   * @throws ZkError if it breaks; what `behind` throws
   */
  async end(behind: () => Promise<void> = async () => undefined): Promise<void> {
    try {
      await enable(this.#conversation);
      await behind();
      this.#note.clear();
    } catch (error) {
      if (isBroken(error)) throw error;
    } finally {
      this.leave();
    }
  }

  /** The conversation is over, or about to be. */
  leave(): void {
    this.#cancelLimit();
  }
}

/**
 * A short piece of work outside the locked windows of users' writes: a few exchanges.
 * @throws what `work` throws; ZkError.
 */
export async function whileDisabled<T>(keypad: Keypad, work: () => Promise<T>): Promise<T> {
  const disablement = await Disablement.begin(keypad);
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
