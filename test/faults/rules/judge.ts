// Whether a card stood on its terminal when its rule said so, and at no other time.
import type { Stand } from './sightings.ts';
import { prolonged, type Span, without } from './spans.ts';

/** What was promised of one card. All times are epoch ms of the machine that plays. */
export interface Promised {
  readonly card: number;
  readonly window: Span;
  /** When the caller was told that it is as it should be; null: it was told that it is not, so that it must never stand. */
  readonly toldAt: number | null;
  /** False where nobody could say what became of it: it may be missing. */
  readonly isSure: boolean;
  /** When it was taken away, or its last pass was made; null: it was not. */
  readonly endedAt: number | null;
  /** How long the agent may need once its passes are used up. */
  readonly graceMs: number;
}

/** How long the agent may need. */
export const GRACE_MS = 2000;
/** Clocks agree to so much: the agent knows the cloud's time by how long a message took. */
const CLOCKS_MS = 50;

/** What was otherwise than promised, in words; empty where all is well. */
export function wrongOf(promised: Promised, stands: readonly Stand[], excuses: readonly Span[]): string[] {
  const { card, window, toldAt, endedAt, graceMs, isSure } = promised;
  const end = Math.min(window.to, endedAt ?? window.to);
  const grace = endedAt !== null && endedAt < window.to ? graceMs : GRACE_MS;
  const excused = prolonged(excuses, grace);
  const may = { from: window.from - CLOCKS_MS, to: end + grace };
  const isRefused = toldAt === null && isSure;
  const outside = stands.flatMap((stand) => without(stand, isRefused ? [] : [may, ...excused]));
  const must = { from: Math.max(window.from, toldAt ?? end) + GRACE_MS, to: end };
  const isMissed = !isRefused && isSure ? without(must, [...stands, ...prolonged(excuses, GRACE_MS)]) : [];
  const words = (what: string) => (span: Span) =>
    `card ${card} ${what} from ${span.from - window.from} to ${span.to - window.from} ms of its window of ${window.to - window.from} ms${endedAt === null ? '' : `, ended at ${endedAt - window.from}`}`;
  return [
    ...outside.map(words(isRefused ? 'stood though refused' : 'stood')),
    ...isMissed.map(words('was missing')),
  ];
}
