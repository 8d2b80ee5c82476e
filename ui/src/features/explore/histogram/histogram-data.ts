import type { HistogramResponse, Level } from '@/api/types';
import { GRAVEST_FIRST } from '@/components/log/record';

export interface HistogramSeries {
  level: Level;
  total: number;
  /** Rows of each bucket. */
  counts: number[];
}

export interface HistogramData {
  /** Milliseconds since 1970 at which each bucket begins. */
  times: number[];
  bucketMs: number;
  from: number;
  to: number;
  /** Levels that occur, the gravest first. */
  series: HistogramSeries[];
  total: number;
}

const BUCKETS_LIMIT = 2_000;
const EMPTY: HistogramData = { times: [], bucketMs: 1, from: 0, to: 0, series: [], total: 0 };

/** Every bucket of the range in order, the empty ones too. */
export function histogramData(answer: HistogramResponse): HistogramData {
  const from = Date.parse(answer.from);
  const to = Date.parse(answer.to);
  // Nothing is stored, so all time has no beginning and no end.
  if (Number.isNaN(from) || Number.isNaN(to)) return EMPTY;
  const bucketMs = Math.max(answer.bucket_ms, 1);
  const first = firstBucket(answer, from, bucketMs);
  const count = Math.min(Math.max(Math.ceil((to - first) / bucketMs), 0), BUCKETS_LIMIT);
  const times = Array.from({ length: count }, (_, index) => first + index * bucketMs);
  const series = GRAVEST_FIRST.map((level): HistogramSeries => ({
    level,
    total: 0,
    counts: new Array<number>(count).fill(0),
  }));
  for (const bucket of answer.buckets) {
    const index = Math.round((Date.parse(bucket.time) - first) / bucketMs);
    if (index < 0 || index >= count) continue;
    for (const { level, counts } of series)
      counts[index] = (counts[index] ?? 0) + (bucket.levels[level] ?? 0);
  }
  for (const one of series) one.total = one.counts.reduce((sum, value) => sum + value, 0);
  return { times, bucketMs, from, to, series: series.filter(({ total }) => total > 0), total: answer.total };
}

/** Buckets are aligned to multiples of their length, so the first may begin before the range. */
function firstBucket(answer: HistogramResponse, from: number, bucketMs: number): number {
  const known = answer.buckets[0] ? Date.parse(answer.buckets[0].time) : from;
  return known - Math.ceil((known - from) / bucketMs) * bucketMs;
}

/** The range that a stretch of the axis selects, widened to whole buckets where the brush is narrower than one. */
export function brushedRange(
  data: HistogramData,
  startIndex: number,
  endIndex: number,
): { from: number; to: number } | null {
  const first = Math.max(Math.min(startIndex, endIndex), 0);
  const last = Math.min(Math.max(startIndex, endIndex), data.times.length - 1);
  const from = data.times[first];
  const to = data.times[last];
  if (from === undefined || to === undefined) return null;
  return { from: Math.max(from, data.from), to: Math.min(to + data.bucketMs, data.to) };
}
