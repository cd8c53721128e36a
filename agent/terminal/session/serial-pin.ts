// Whose terminal this is: the serial number that is pinned at first contact, and what happens when another one answers.
import { cleanSerial, NO_SERIAL, shownSerial } from '../../../shared/domain/device.ts';
import { SerenoError } from '../../../shared/errors.ts';
import type { TimeTeller } from '../../clock.ts';
import type { DeviceSettings } from '../../devices/settings.ts';
import { asked } from '../../zk/commands.ts';
import type { Conversation, Requests } from '../../zk/conversation.ts';
import { isZkError, ZkError } from '../../zk/errors.ts';
import { readOption } from '../../zk/options.ts';
import type { Pin } from '../pin.ts';
import type { PinMemory } from '../ports.ts';

/** After one bad moment a terminal must not count as silent for ever. */
const SILENT_MS = 3_600_000;

/** Asks every new conversation who is there, before anything else is asked or written. */
export class SerialPin {
  readonly #device: DeviceSettings;
  readonly #memory: PinMemory;
  readonly #clock: TimeTeller;
  #pin: Pin;
  #told: string | null = null;
  #silentSince: number | null = null;

  constructor(device: DeviceSettings, memory: PinMemory, clock: TimeTeller) {
    this.#device = device;
    this.#memory = memory;
    this.#clock = clock;
    this.#pin = memory.read();
    if (this.#pin.stated !== device.serial) this.#pin = { ...this.#pin, stranger: null };
  }

  /** The serial number that the terminal must have; null while none is known. */
  get expected(): string | null {
    return this.#device.serial ?? this.#pin.serial;
  }

  /** What the terminal of the last conversation told; empty where it tells none. */
  get told(): string {
    return this.#told ?? '';
  }

  /** True for a terminal that was asked for an option and did not answer at all: it is not asked again for an hour. */
  get isSilent(): boolean {
    return this.#silentSince !== null && this.#clock.monotonic() - this.#silentSince < SILENT_MS;
  }

  silenced(): void {
    this.#silentSince = this.#clock.monotonic();
  }

  /**
   * Whether the comm key may be sent to the terminal that has just asked for it. As long as the last word was
   * another's, and at an address that nobody has given, only to one that tells the right serial number without the key.
   */
  async mayAuthenticate(terminal: Requests): Promise<boolean> {
    const isTrusted = this.#pin.stranger === null && this.#device.configuredHost === null;
    if (isTrusted || this.#device.commKey === 0) return true;
    return shownSerial(await readSerial(terminal)) === this.expected;
  }

  /** The comm key was kept back: nobody knows who is there. */
  withheld(): SerenoError {
    return this.#swapped(this.#pin.stranger ?? '');
  }

  /**
   * Asks who is there; pins what the first one tells.
   * @throws SerenoError `device_swapped`; ZkError, after a `timeout` the next conversation goes on without.
   */
  async check(conversation: Conversation, signal?: AbortSignal): Promise<void> {
    const { expected } = this;
    if (this.isSilent && expected === null) return;
    try {
      this.#told = await readTwice(conversation, expected, signal);
    } catch (error) {
      if (isZkError(error, 'timeout') && expected === null) this.silenced();
      throw error;
    }
    const serial = this.#told;
    if (expected !== null && shownSerial(serial) !== expected) {
      // A terminal that tells no number may be the right one in a bad moment. If it were noted as a stranger it would get no comm
      // key, and without the key it could never tell its number.
      if (serial !== '') this.#keep({ ...this.#pin, stranger: serial, stated: this.#device.serial });
      throw this.#swapped(serial);
    }
    if (serial !== '') this.#keep({ serial, stranger: null, stated: this.#device.serial });
  }

  #swapped(serial: string): SerenoError {
    const params = {
      device: this.#device.id,
      serial: shownSerial(serial),
      expected: this.expected ?? NO_SERIAL,
    };
    return new SerenoError('device_swapped', { params });
  }

  #keep(pin: Pin): void {
    const isSame = JSON.stringify(pin) === JSON.stringify(this.#pin);
    this.#pin = pin;
    if (!isSame) this.#memory.write(pin);
  }
}

/** One damaged answer must neither pin a number nor mark a stranger: an unexpected number is asked for twice. @throws ZkError */
async function readTwice(
  conversation: Conversation,
  expected: string | null,
  signal?: AbortSignal,
): Promise<string> {
  const first = await readSerial(conversation, signal);
  const isNews = expected === null ? first !== '' : shownSerial(first) !== expected;
  if (!isNews) return first;
  const second = await readSerial(conversation, signal);
  if (second === first || (expected !== null && shownSerial(second) === expected)) return second;
  throw new ZkError('protocol', asked('readOption'), { problem: 'two serial numbers, one after the other' });
}

/** The serial number in characters that may be shown; empty where the terminal does not tell it. @throws ZkError */
export async function readSerial(terminal: Requests, signal?: AbortSignal): Promise<string> {
  try {
    return cleanSerial((await readOption(terminal, '~SerialNumber', { signal })) ?? '');
  } catch (error) {
    // Before they get the comm key, most terminals answer only that they want it.
    if (isZkError(error, 'refused')) return '';
    throw error;
  }
}
