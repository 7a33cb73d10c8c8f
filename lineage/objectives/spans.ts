/** A stretch of time, from <= t < to, epoch ms. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What sorted, disjoint spans have within one span. */
export function within(spans: readonly Span[], { from, to }: Span): Span[] {
  const cut: Span[] = [];
  for (const span of spans) {
    const [start, end] = [Math.max(span.from, from), Math.min(span.to, to)];
    if (start < end) cut.push({ from: start, to: end });
  }
  return cut;
}

/** Their length together, ms. */
export function lengthOf(spans: readonly Span[]): number {
  let length = 0;
  for (const { from, to } of spans) length += to - from;
  return length;
}
