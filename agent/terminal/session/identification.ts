// Who is at the other end of a conversation, and what is known of that terminal or has yet to be asked.
import type { TimeTeller } from '../../clock.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import type { Conversation } from '../../zk/conversation.ts';
import { isZkError } from '../../zk/errors.ts';
import { readOption } from '../../zk/options.ts';
import type { TextMemory } from '../ports.ts';
import { type Dialect, type Learnt, learntAgain, parseLearnt } from './dialect.ts';
import { firmwareOf } from './identity.ts';
import { KnownDialect } from './known-dialect.ts';
import type { SerialPin } from './serial-pin.ts';

/** A terminal that answers again after this long, or after it was away, may be another one behind the same address. */
const GREET_AGAIN_MS = 600_000;

/** If a badge does not fit, the terminal is asked again which ones do, at most this often. */
const LIMITS_AGAIN_MS = 5000;

/** Asks a terminal who it is, and what it can hold, at first contact and now and then. */
export class Identification {
  readonly #device: DeviceSettings;
  readonly #memory: TextMemory;
  readonly #pin: SerialPin;
  readonly #clock: TimeTeller;
  #known: KnownDialect | null = null;
  #metAt: number | null = null;
  #limitsAskedAt: number | null = null;

  /** `pin` has asked every conversation for the serial number already. */
  constructor(device: DeviceSettings, memory: TextMemory, pin: SerialPin, clock: TimeTeller) {
    this.#device = device;
    this.#memory = memory;
    this.#pin = pin;
    this.#clock = clock;
  }

  /** What the terminal can do, while that can be relied on without asking again. */
  get dialect(): Dialect | null {
    return this.#isFresh ? this.lastDialect : null;
  }

  /** What the terminal that was met last can do. */
  get lastDialect(): Dialect | null {
    return this.#known?.dialect ?? null;
  }

  get #isFresh(): boolean {
    return this.#metAt !== null && this.#clock.monotonic() - this.#metAt < GREET_AGAIN_MS;
  }

  /**
   * Asks the terminal that was met last which badges it takes, though it is known: somebody may have set it at the keypad.
   * Once in a while, however often it is called. @returns true if it was asked @throws ZkError
   */
  async askLimits(conversation: Conversation): Promise<boolean> {
    const known = this.#known;
    const now = this.#clock.monotonic();
    const isRecent = (at: number | null) => at !== null && now - at < LIMITS_AGAIN_MS;
    if (known === null || isRecent(this.#metAt) || isRecent(this.#limitsAskedAt)) return false;
    this.#limitsAskedAt = now;
    known.learn(await this.#ask(conversation, known.identity, known.learnt));
    return true;
  }

  /** The terminal was away: whatever answers next must identify itself. */
  lost(): void {
    this.#metAt = null;
  }

  /**
   * What is known of the terminal of `conversation`. `greeted`: it has just been asked again, and may have said something new.
   * @throws ZkError; after a `timeout` the next conversation goes on without options, for an hour.
   */
  async of(conversation: Conversation): Promise<{ known: KnownDialect; greeted: boolean }> {
    if (this.#known !== null && this.#isFresh) return { known: this.#known, greeted: false };
    const learnt = await this.#meet(conversation);
    const known = this.#known?.identity === learnt.identity ? this.#known : this.#stranger(learnt);
    this.#known = known;
    known.learn(learnt);
    this.#metAt = this.#clock.monotonic();
    return { known, greeted: true };
  }

  async #meet(conversation: Conversation): Promise<Learnt> {
    // What is on disk is of the terminal by its name, also after an hour in which it told none.
    const before = [this.#known?.learnt ?? null, parseLearnt(this.#memory.read())];
    const identity = await this.#nameOf(conversation, before);
    return await this.#ask(
      conversation,
      identity,
      before.find((each) => each?.identity === identity) ?? null,
    );
  }

  /** One that was silent a moment ago goes by the name that it had, where its serial number is still asked for and the same. */
  async #nameOf(conversation: Conversation, before: readonly (Learnt | null)[]): Promise<string> {
    const { told, expected, isSilent } = this.#pin;
    if (!isSilent) return await this.#answered(() => identityOf(conversation, told));
    if (expected === null || told === '') return '';
    return before.find((each) => each?.identity.startsWith(`${told} `))?.identity ?? '';
  }

  #stranger(learnt: Learnt): KnownDialect {
    return new KnownDialect(learnt, this.#device.dialect, (news) => this.#keep(news));
  }

  #keep(learnt: Learnt): void {
    const news = JSON.stringify(learnt);
    // Without an identity, nobody could say after a restart which terminal this belongs to.
    if (learnt.identity !== '' && news !== this.#memory.read()) this.#memory.write(news);
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
