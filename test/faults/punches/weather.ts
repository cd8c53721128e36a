// What happens to messages and functions in the campaign of punches: they get lost, come twice or late; functions die or stall at any step.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturbance, PublishFate } from '../../../infra/local/broker/disturbance.ts';
import type { IntakeEvent } from '../../../shared/wire/events.ts';
import type { ParsedTopic } from '../../../shared/wire/topics.ts';
import type { Random } from '../../terminal/random.ts';
import { DEATH_HEADER } from '../preload/handler-death.ts';
import type { Strike, WeatherKind } from './acts.ts';

/** Shares of messages, from 0 to 1. */
const BROKEN = 0.15;
const LOST = 0.15;
const DOUBLED = 0.15;
const LATE_MS = 300;
/** Shares of the calls of a function. */
const KILLED = 0.2;
const STALLED = 0.08;
/** A function that takes a batch makes a few requests and one for each punch; the first ones are where it matters. */
const STEPS = 12;
/** Shares of deliveries that the receiver of the webhook spoils. */
const SPOILED = 0.04;

/** Fair until a schedule makes it foul. */
export class Weather implements Disturbance {
  /** How often each kind struck. */
  readonly counts = new Map<Strike, number>();
  /** Hears of each batch that the broker has, whatever becomes of it. */
  onBatch: (event: IntakeEvent) => void = () => {};
  #random: Random | null = null;
  #awayUntil = 0;

  foul(random: Random): void {
    this.#random = random;
  }

  fair(): void {
    this.#random = null;
    this.#awayUntil = 0;
  }

  count(kind: Strike): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  /** Nothing is taken in for so long. */
  away(ms: number): void {
    this.#awayUntil = performance.now() + ms;
  }

  readonly strike = ({ kind }: ParsedTopic): PublishFate => {
    const draw = this.#draw();
    if (kind !== 'events' || draw >= BROKEN) return 'passes';
    const isLost = draw < BROKEN / 2;
    this.count(isLost ? 'batch-lost' : 'batch-unanswered');
    return isLost ? 'lost' : 'unanswered';
  };

  readonly intercept = (_clientId: string, send: () => void): void => {
    const draw = this.#draw();
    if (draw < LOST) return this.count('word-lost');
    send();
    if (draw >= LOST + DOUBLED) return;
    this.count('word-doubled');
    setTimeout(send, LATE_MS);
  };

  /** Between the broker's rule and the function that stores: a call is lost, made twice, or made late, behind later ones. */
  readonly interceptIntake = async (event: IntakeEvent, hand: () => Promise<void>): Promise<void> => {
    this.onBatch(event);
    const draw = this.#draw();
    if (draw < LOST || performance.now() < this.#awayUntil) return this.count('intake-lost');
    if (draw < LOST + DOUBLED) {
      this.count('intake-doubled');
      await Promise.all([hand(), hand()]);
    } else if (draw < LOST + 2 * DOUBLED) {
      this.count('intake-late');
      await sleep(5 * LATE_MS).then(hand);
    } else await hand();
  };

  /** Some calls die or stall at a step that is drawn. */
  readonly markInvocation = (name: string, event: object): object => {
    if (name !== 'intake' && name !== 'deliver') return event;
    return { ...event, ...this.fateOf(name) };
  };

  /** What tells one call of a function how it ends; nothing in it for most. */
  fateOf(name: 'intake' | 'deliver' | 'reader'): Record<string, string> {
    const draw = this.#draw();
    if (draw >= KILLED + STALLED) return {};
    const step = this.#random?.between(1, STEPS) ?? 1;
    const isKilled = draw < KILLED;
    this.count(`${name}-${isKilled ? 'killed' : 'stalled'}` as WeatherKind);
    const fate = isKilled ? this.#random?.pick(['before', 'after']) : 'late';
    return { [DEATH_HEADER]: `${fate}-${step}` };
  }

  /** What the receiver of a webhook does with a delivery. */
  receives(): 204 | 500 | 'nothing' {
    const draw = this.#draw();
    if (draw >= 2 * SPOILED) return 204;
    this.count(draw < SPOILED ? 'receiver-failed' : 'receiver-hung-up');
    return draw < SPOILED ? 500 : 'nothing';
  }

  #draw(): number {
    return this.#random?.next() ?? 1;
  }
}
