// What happens on the way between cloud and agents in the campaign of jobs: words and replies get lost, come twice or late; functions die or stall.
import { setTimeout as sleep } from 'node:timers/promises';
import type { RuleItem } from '../../../cloud/store/keys.ts';
import type { Disturbance } from '../../../infra/local/broker/disturbance.ts';
import type { Random } from '../../terminal/random.ts';
import { DEATH_HEADER } from '../preload/handler-death.ts';
import type { ActKind, WeatherKind } from './acts.ts';

/** Shares, from 0 to 1. */
const LOST = 0.08;
const DOUBLED = 0.08;
const LATE = 0.08;
const KILLED = 0.25;
const STALLED = 0.05;
const LATE_MS = 900;
/** Requests to AWS that a call makes: a few for itself and a few for each part. */
const STEPS = 25;
/** Those that have to do with jobs. */
const FUNCTIONS: readonly string[] = ['jobs', 'presence', 'users', 'operations'];

/** Fair until a schedule makes it foul. */
export class Weather implements Disturbance {
  /** How often each kind struck. */
  readonly counts = new Map<WeatherKind, number>();
  #random: Random | null = null;
  #only: readonly (ActKind | WeatherKind)[] = [];

  /** @param only the kinds that strike; empty: all */
  foul(random: Random, only: readonly (ActKind | WeatherKind)[]): void {
    this.#random = random;
    this.#only = only;
    this.counts.clear();
  }

  fair(): void {
    this.#random = null;
  }

  readonly intercept = (_clientId: string, send: () => void): void => this.#treat('message', send);

  /** For `interceptRow` of the system. */
  readonly row = (_item: RuleItem, put: () => void): void => this.#treat('reply', put);

  /** For `markInvocation`: some calls die or stall at a step that is drawn. */
  readonly mark = (name: string, event: object): object => ({ ...event, ...this.fateOf(name) });

  /** What tells one call of a function how it ends; nothing in it for most. */
  fateOf(name: string): Record<string, string> {
    const draw = this.#draw();
    if (draw >= KILLED + STALLED || !FUNCTIONS.includes(name)) return {};
    const isKilled = draw < KILLED;
    if (!this.#strikes(isKilled ? 'function-killed' : 'function-stalled')) return {};
    const step = this.#random?.between(1, STEPS) ?? 1;
    const fate = isKilled ? this.#random?.pick(['before', 'after']) : 'late';
    return { [DEATH_HEADER]: `${fate}-${step}` };
  }

  #treat(way: 'message' | 'reply', go: () => void): void {
    const draw = this.#draw();
    if (draw < LOST) {
      if (!this.#strikes(`${way}-lost`)) go();
    } else if (draw < LOST + DOUBLED) {
      go();
      if (this.#strikes(`${way}-doubled`)) setTimeout(go, LATE_MS / 3);
    } else if (draw < LOST + DOUBLED + LATE && this.#strikes(`${way}-late`)) {
      void sleep(LATE_MS).then(go);
    } else go();
  }

  #strikes(kind: WeatherKind): boolean {
    if (this.#only.length > 0 && !this.#only.includes(kind)) return false;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    return true;
  }

  #draw(): number {
    return this.#random?.next() ?? 1;
  }
}
