// An enrolment under way: three good samples of one finger, told to the client in events (docs/protocol.md, Enrolment and live events).
import type { Client } from './client.ts';
import { Event } from './protocol.ts';

export type FingerSample = 'good' | 'bad' | 'duplicate' | 'timeout';

const GOOD_SAMPLES = 3;
const GOOD = 0x64;
const Result = { ok: 0, duplicate: 5, timeout: 6 } as const;

export interface EnrolmentPlan {
  readonly client: Client;
  readonly uid: number;
  readonly userId: string;
  readonly finger: number;
  readonly template: Buffer;
  readonly order: 'result-last' | 'result-first';
  readonly timeoutMs: number;
  /** Stores the template once the last sample is in. */
  readonly store: () => void;
  /** Called once, however it ended. */
  readonly ended: () => void;
}

export class Enrolment {
  readonly plan: EnrolmentPlan;
  good = 0;
  readonly #timer: NodeJS.Timeout;
  #over = false;

  constructor(plan: EnrolmentPlan) {
    this.plan = plan;
    this.#timer = setTimeout(() => this.press('timeout'), plan.timeoutMs);
  }

  /** One finger on the sensor, or nobody in time. Nothing happens once it is over. */
  press(sample: FingerSample): void {
    if (this.#over) return;
    if (sample === 'timeout') {
      this.#fail(Result.timeout);
      return;
    }
    this.#send(Event.finger);
    if (sample === 'duplicate') {
      this.#fail(Result.duplicate);
      return;
    }
    if (sample === 'good') this.good += 1;
    const score = Buffer.from([sample === 'good' ? GOOD : 0]);
    if (this.good < GOOD_SAMPLES) {
      this.#send(Event.sample, score);
      return;
    }
    this.plan.store();
    if (this.plan.order === 'result-last') this.#send(Event.sample, score);
    this.#send(Event.enrolled, this.#result());
    if (this.plan.order === 'result-first') this.#send(Event.sample, score);
    this.end();
  }

  /** Ends it without a word: cancelled, or the client is gone. */
  end(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.plan.ended();
  }

  #fail(code: number): void {
    const result = Buffer.alloc(2);
    result.writeUInt16LE(code);
    this.#send(Event.enrolled, result);
    this.end();
  }

  /** u16 result, u16 size, 9 bytes of user_id, u8 finger. */
  #result(): Buffer {
    const result = Buffer.alloc(14);
    result.writeUInt16LE(Result.ok, 0);
    result.writeUInt16LE(this.plan.template.length, 2);
    result.write(this.plan.userId, 4, 9, 'latin1');
    result.writeUInt8(this.plan.finger, 13);
    return result;
  }

  #send(code: number, data: Buffer = Buffer.alloc(0)): void {
    this.plan.client.sendEvent(code, data, true);
  }
}
