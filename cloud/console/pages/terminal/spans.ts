// How a terminal stood over a time, from the changes that are kept: its own, and those of the agent that alone can tell.
import type { components } from '../../api/contract.d.ts';

export type Change = components['schemas']['StateChange'];
/** `unknown`: before the first change that is known, or before the terminal's own first word. */
export type Stood = Change['state'] | 'unknown';

export interface Span {
  readonly state: Stood;
  readonly from: number;
  readonly to: number;
}

/** How it stood between two moments, epoch ms, in order and without gaps. While its agent is away nobody can tell: it is offline, as everywhere. */
export function spansOf(changes: readonly Change[], from: number, to: number): Span[] {
  const ordered = changes
    .map((change) => ({ ...change, at: Date.parse(change.since) }))
    .toSorted((a, b) => a.at - b.at);
  let own: Stood = 'unknown';
  let isAgentAway = false;
  const spans: Span[] = [];
  const note = (begins: number, ends: number) => {
    const span = { from: Math.max(from, begins), to: Math.min(to, ends) };
    const state: Stood = isAgentAway ? 'offline' : own;
    const last = spans.at(-1);
    if (span.from >= span.to) return;
    if (last?.state === state) spans[spans.length - 1] = { ...last, to: span.to };
    else spans.push({ ...span, state });
  };
  let begins = Number.NEGATIVE_INFINITY;
  for (const { of, state, at } of ordered) {
    note(begins, at);
    if (of === 'device') own = state;
    else isAgentAway = state === 'offline';
    begins = at;
  }
  note(begins, Number.POSITIVE_INFINITY);
  return spans;
}

/** From when on it is known how it stood: the oldest change, or the beginning of a time before which there are more. */
export function knownFrom(changes: readonly Change[], from: number): number {
  const oldest = Math.min(...changes.map(({ since }) => Date.parse(since)));
  return Math.max(from, oldest);
}

/** How much of the whole each state has, in percent, the most first. */
export function sharesOf(spans: readonly Span[]): { state: Stood; percent: number }[] {
  const lengthOf = (some: readonly Span[]) => some.reduce((sum, span) => sum + span.to - span.from, 0);
  const whole = lengthOf(spans);
  return [...Map.groupBy(spans, ({ state }) => state)]
    .map(([state, some]) => ({ state, percent: (100 * lengthOf(some)) / whole }))
    .toSorted((a, b) => b.percent - a.percent);
}
