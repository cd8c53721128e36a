// Stretches of time, and what is left of them when others are taken away.

/** From `from` on, until just before `to`; epoch ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What of `span` lies in none of `others`. */
export function without(span: Span, others: readonly Span[]): Span[] {
  return others.reduce<Span[]>(
    (left, other) =>
      left.flatMap((each) => [
        ...(other.from > each.from ? [{ from: each.from, to: Math.min(each.to, other.from) }] : []),
        ...(other.to < each.to ? [{ from: Math.max(each.from, other.to), to: each.to }] : []),
      ]),
    span.to > span.from ? [span] : [],
  );
}

/** The same stretches, each of them so much longer. */
export function prolonged(spans: readonly Span[], ms: number): Span[] {
  return spans.map(({ from, to }) => ({ from, to: to + ms }));
}
