// What happens to messages in the campaign of punches: batches, and words that they are stored, get lost, come twice or late.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturbance, PublishFate } from '../../../infra/local/broker/disturbance.ts';
import type { IntakeEvent } from '../../../shared/wire/events.ts';
import type { ParsedTopic } from '../../../shared/wire/topics.ts';
import type { Random } from '../../terminal/random.ts';

/** Shares of messages, from 0 to 1. */
const BROKEN = 0.15;
const LOST = 0.15;
const DOUBLED = 0.15;
const LATE_MS = 300;

/** Fair until a schedule makes it foul. */
export class Weather implements Disturbance {
  #random: Random | null = null;

  foul(random: Random): void {
    this.#random = random;
  }

  fair(): void {
    this.#random = null;
  }

  readonly strike = ({ kind }: ParsedTopic): PublishFate => {
    const draw = this.#random?.next() ?? 1;
    if (kind !== 'events' || draw >= BROKEN) return 'passes';
    return draw < BROKEN / 2 ? 'lost' : 'unanswered';
  };

  readonly intercept = (_clientId: string, send: () => void): void => {
    const draw = this.#random?.next() ?? 1;
    if (draw < LOST) return;
    send();
    if (draw < LOST + DOUBLED) setTimeout(send, LATE_MS);
  };

  /** Between the broker's rule and the function that stores: a call is lost, made twice, or made late, behind later ones. */
  readonly interceptIntake = async (_event: IntakeEvent, hand: () => Promise<void>): Promise<void> => {
    const draw = this.#random?.next() ?? 1;
    if (draw < LOST) return;
    if (draw < LOST + DOUBLED) await Promise.all([hand(), hand()]);
    else if (draw < LOST + 2 * DOUBLED) await sleep(5 * LATE_MS).then(hand);
    else await hand();
  };
}
