import type { HistogramResponse } from '@/api/types';
import type { ExploreLink } from '@/lib/explore-link';

const RECENT_MS = 10 * 60_000;

/**
 * What Explore shows when the first rows are there: the last minutes where the rows are that young, else all time, as
 * an old file would lie outside any relative range.
 */
export function firstView(histogram: HistogramResponse, now: number): ExploreLink {
  const oldest = histogram.buckets[0]?.time;
  if (oldest === undefined) return {};
  return now - new Date(oldest).getTime() < RECENT_MS ? { from: 'now-15m', to: 'now' } : { from: 'all' };
}
