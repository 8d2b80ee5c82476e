import type { Span } from '@/api/types';

export interface WaterfallSpan {
  span: Span;
  depth: number;
  /** From the start of the trace. */
  startMs: number;
  durationMs: number;
  isFailed: boolean;
}

export interface Waterfall {
  spans: WaterfallSpan[];
  durationMs: number;
  services: string[];
}

/** Fractions of a millisecond count: short spans are microseconds long, which `Date` leaves out. */
function timeMs(timestamp: string): number {
  const fraction = /\.(\d+)/.exec(timestamp)?.[1] ?? '';
  const seconds = Date.parse(timestamp.replace(/\.\d+/, ''));
  return seconds + Number(`0.${fraction === '' ? '0' : fraction}`) * 1_000;
}

/** Spans as a tree in order of time, with their place from the start of the trace. Spans whose parent is missing are roots. */
export function waterfallOf(spans: readonly Span[]): Waterfall {
  const known = new Set(spans.map((span) => span.SpanId));
  const children = new Map<string, Span[]>();
  for (const span of spans) {
    // A span that names itself as its parent would be of no tree.
    const hasParent = known.has(span.ParentSpanId) && span.ParentSpanId !== span.SpanId;
    const parent = hasParent ? span.ParentSpanId : '';
    children.set(parent, [...(children.get(parent) ?? []), span]);
  }
  const begin = Math.min(...spans.map((span) => timeMs(span.Timestamp)));
  const placed: WaterfallSpan[] = [];
  const seen = new Set<string>();
  const visit = (parent: string, depth: number) => {
    for (const span of children.get(parent) ?? []) {
      if (seen.has(span.SpanId)) continue;
      seen.add(span.SpanId);
      placed.push({
        span,
        depth,
        startMs: timeMs(span.Timestamp) - begin,
        durationMs: Number(span.Duration) / 1_000_000,
        isFailed: /error/i.test(span.StatusCode),
      });
      visit(span.SpanId, depth + 1);
    }
  };
  visit('', 0);
  // Spans that are each other's parents hang on no root: they stand at the end.
  for (const span of spans) {
    if (seen.has(span.SpanId)) continue;
    children.set('', [span]);
    visit('', 0);
  }
  return {
    spans: placed,
    durationMs: Math.max(0, ...placed.map((span) => span.startMs + span.durationMs)),
    services: [...new Set(placed.map(({ span }) => span.ServiceName))],
  };
}
