// A careful client of the API: one key for each change, kept until there is a final answer.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Change, Verdict } from './model.ts';
import { DEATH_HEADER } from './preload/handler-death.ts';
import type { Manner, Wish } from './schedule.ts';
import type { Timeline } from './timeline.ts';

/** `Retry-After` is shortened to a tenth: there are many schedules. */
const SHORTENED = 10;
const AGAIN_MS = 300;
/** Looks at /operations before the request is made again. */
const LOOKS = 4;
const PLAIN: Manner = { async: false, hangUpMs: null, death: null };

export interface Answer {
  readonly status: number;
  readonly body: Body;
  readonly operation: string | null;
  readonly retryAfterMs: number;
}

interface Body {
  readonly code?: string;
  readonly error?: string;
  readonly applied?: string;
  readonly operation_id?: string;
  readonly data?: {
    readonly state?: string;
    readonly created_at?: string;
    readonly error?: { readonly code?: string };
  };
}

/** An operation as /operations has it. */
export interface Found {
  readonly state: string;
  readonly code: string | undefined;
  /** When it was issued, epoch ms. */
  readonly issuedAt: number;
}

/** What became of one change, as its caller knows it. */
export interface Told {
  readonly wish: Wish;
  readonly from: number;
  readonly to: number;
  readonly verdict: Verdict;
  /** What the last answer said, for the timeline. */
  readonly answer: string;
  /** The operation that the verdict is about. */
  readonly operation: string | null;
  /** From the first answer that could not say what became of it to the one that could, ms; null where none was such. */
  readonly unknownMs: number | null;
  readonly attempts: number;
  /** How often its handler died, or it hung up itself, before there was an answer. */
  readonly cutShort: { readonly handlerKilled: number; readonly callerGone: number };
  /** The agent said that it could not write to its disk. */
  readonly storageRefusals: number;
}

export class Caller {
  readonly #url: string;
  readonly #token: string;
  readonly #device: string;
  readonly #timeline: Timeline;

  constructor(url: string, token: string, device: string, timeline: Timeline) {
    this.#url = url;
    this.#token = token;
    this.#device = device;
    this.#timeline = timeline;
  }

  /** Makes one wish and goes on until its answer is final, or nobody can say any more (`until`, performance.now()). */
  async make(name: string, wish: Wish, until: () => number): Promise<Told> {
    const key = randomUUID();
    const from = performance.now();
    let unknownSince: number | null = null;
    let operation: string | null = null;
    let storageRefusals = 0;
    const cutShort = { handlerKilled: 0, callerGone: 0 };
    for (let attempt = 0; ; attempt++) {
      const manner = wish.manners[Math.min(attempt, wish.manners.length - 1)] ?? PLAIN;
      const answer = await this.#request(wish, key, manner);
      operation = answer?.operation ?? operation;
      if (answer === null && manner.hangUpMs !== null) cutShort.callerGone++;
      else if (answer === null && manner.death !== null) cutShort.handlerKilled++;
      const line = answer === null ? 'no answer' : `${answer.status} ${answer.body.code ?? ''}`.trim();
      this.#timeline.note(`${name} ${describe(wish)} → ${line} ${operation ?? ''}`);
      const done = (verdict: Verdict, said: string): Told => {
        const to = performance.now();
        const unknownMs = unknownSince === null ? null : to - unknownSince;
        return {
          wish,
          from,
          to,
          verdict,
          answer: said,
          operation,
          unknownMs,
          attempts: attempt + 1,
          cutShort,
          storageRefusals,
        };
      };
      const verdict = answer === null ? null : verdictOf(answer);
      if (verdict !== null) return done(verdict, line);
      if (answer?.body.code === 'agent_storage') storageRefusals++;
      if (answer?.status === 202) {
        unknownSince ??= performance.now();
        const settled = await this.#follow(operation ?? '', name);
        if (settled !== null) return done(settled, `operation ${settled}`);
      } else {
        await sleep(answer === null ? AGAIN_MS : answer.retryAfterMs);
      }
      if (performance.now() > until()) return done('open', line);
    }
  }

  /** What the operation says; null while it is not final. */
  async state(operation: string): Promise<Found | null> {
    const answer = await this.#send('GET', `/operations/${operation}`);
    const { state, created_at, error } = answer?.body.data ?? {};
    if (state === undefined || created_at === undefined) return null;
    return { state, code: error?.code, issuedAt: Date.parse(created_at) };
  }

  async #follow(operation: string, name: string): Promise<Verdict | null> {
    for (let look = 0; look < LOOKS; look++) {
      await sleep(AGAIN_MS);
      const found = await this.state(operation);
      this.#timeline.note(
        `${name} looks at ${operation}: ${found?.state ?? 'no answer'} ${found?.code ?? ''}`,
      );
      const verdict = found === null ? null : verdictOfState(found.state, found.code);
      if (verdict !== null) return verdict;
    }
    return null;
  }

  #request({ userId, change }: Wish, key: string, manner: Manner): Promise<Answer | null> {
    const users = `/devices/${this.#device}/users`;
    const headers = {
      'idempotency-key': key,
      ...(manner.async ? { prefer: 'respond-async' } : {}),
      ...(manner.death === null ? {} : { [DEATH_HEADER]: manner.death }),
    };
    switch (change.kind) {
      case 'create':
        return this.#send('POST', users, { user_id: userId, ...change.fields }, headers, manner.hangUpMs);
      case 'update':
        return this.#send('PUT', `${users}/${userId}`, change.fields, headers, manner.hangUpMs);
      case 'delete':
        return this.#send('DELETE', `${users}/${userId}`, undefined, headers, manner.hangUpMs);
    }
  }

  async #send(
    method: string,
    path: string,
    body?: object,
    headers: Record<string, string> = {},
    hangUpMs: number | null = null,
  ): Promise<Answer | null> {
    try {
      const response = await fetch(this.#url + path, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, ...headers },
        signal: AbortSignal.timeout(hangUpMs ?? 30_000),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const told = (await response.json()) as Body;
      return {
        status: response.status,
        body: told,
        operation: told.operation_id ?? response.headers.get('sereno-operation'),
        retryAfterMs: (Number(response.headers.get('retry-after') ?? 3) * 1000) / SHORTENED,
      };
    } catch {
      // Hung up, reset, or an answer of the gateway itself: nothing that tells the outcome.
      return null;
    }
  }
}

/** What a final answer says of the change; null where it is not final. */
function verdictOf({ status, body }: Answer): Verdict | null {
  if (status === 200) return 'ok';
  if (status === 202 || status === 503 || status === 429 || body.code === 'idempotency_in_progress')
    return null;
  // The gateway's own 500 says nothing of the change.
  if (body.code === undefined || (status >= 500 && body.applied !== 'no')) return null;
  return refusalOf(body.code);
}

function verdictOfState(state: string, code: string | undefined): Verdict | null {
  if (state === 'succeeded') return 'ok';
  if (state === 'failed' || state === 'expired' || state === 'cancelled') return refusalOf(code ?? '');
  return null;
}

function refusalOf(code: string): Verdict {
  if (code === 'user_exists') return 'exists';
  if (code === 'badge_ambiguous') return 'ambiguous';
  return code === 'user_not_found' ? 'absent' : 'no';
}

export function describe({ userId, change }: { readonly userId: string; readonly change: Change }): string {
  return `${change.kind} ${userId}${'fields' in change ? ` ${JSON.stringify(change.fields)}` : ''}`;
}
