// Getting to know the terminal at the other end: who it is, and what is known of it or has yet to be asked.
import type { Conversation } from '../../zk/conversation.ts';
import { isZkError } from '../../zk/errors.ts';
import { readOption } from '../../zk/options.ts';
import { type Learnt, learntAgain, parseLearnt } from './dialect.ts';
import { firmwareOf } from './identity.ts';
import type { SerialPin } from './serial-pin.ts';

/** Where what was learnt of a terminal outlasts the agent. */
export interface DialectMemory {
  read(): string | null;
  write(text: string): void;
}

/** A terminal that answers again after this long, or after it was away, may be another one behind the same address. */
const GREET_AGAIN_MS = 600_000;

/** Asks a terminal who it is, and what it can hold, at first contact and now and then. */
export class Acquaintance {
  readonly #memory: DialectMemory;
  readonly #pin: SerialPin;
  #learnt: Learnt | null = null;
  #metAt: number | null = null;

  /** `pin` has asked every conversation for the serial number already. */
  constructor(memory: DialectMemory, pin: SerialPin) {
    this.#memory = memory;
    this.#pin = pin;
  }

  /** True while what is known can be relied on without asking again. */
  get isFresh(): boolean {
    return this.#metAt !== null && performance.now() - this.#metAt < GREET_AGAIN_MS;
  }

  /** The terminal was away: who answers next must say who it is. */
  lost(): void {
    this.#metAt = null;
  }

  /**
   * What is known of the terminal of `conversation`.
   * @throws ZkError; after a `timeout` the next conversation goes on without options.
   */
  async meet(conversation: Conversation): Promise<Learnt> {
    const { told, isSilent } = this.#pin;
    const identity = isSilent ? '' : await this.#answered(() => identityOf(conversation, told));
    // What is on disk is of the terminal by its name, also after an hour in which it told none.
    const before = [this.#learnt, parseLearnt(this.#memory.read())];
    const known = before.find((each) => each?.identity === identity) ?? null;
    const learnt = await this.#ask(conversation, identity, known);
    this.keep({ ...learnt, asksCommKey: conversation.askedForKey });
    this.#metAt = performance.now();
    return this.#learnt ?? learnt;
  }

  /** Takes in what was found out about the terminal that was met last. */
  keep(learnt: Learnt): void {
    const news = JSON.stringify(learnt);
    // Without a name it could be anybody's after a restart.
    if (learnt.identity !== '' && news !== this.#memory.read()) this.#memory.write(news);
    this.#learnt = learnt;
  }

  /** What the terminal says of itself may be another thing than last time: somebody sets it at the keypad. */
  async #ask(conversation: Conversation, identity: string, known: Learnt | null): Promise<Learnt> {
    const manners = { options: !this.#pin.isSilent, asksCommKey: conversation.askedForKey };
    if (this.#pin.isSilent) return learntAgain(known, identity, { pin2Width: null, abcPin: null }, manners);
    return await this.#answered(async () => {
      const pin2Width = await readOption(conversation, '~PIN2Width');
      const abcPin = await readOption(conversation, '~IsABCPinEnable');
      return learntAgain(known, identity, { pin2Width, abcPin }, manners);
    });
  }

  async #answered<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (isZkError(error, 'timeout')) this.#pin.silenced();
      throw error;
    }
  }
}

/** Serial number and firmware; empty if it tells neither. */
async function identityOf(conversation: Conversation, serial: string): Promise<string> {
  const firmware = await firmwareOf(conversation);
  return serial === '' && firmware === '' ? '' : `${serial} ${firmware}`;
}
