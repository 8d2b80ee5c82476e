import { formatSpan } from '@/lib/format/time';
import type { TimeZone } from '@/lib/time-range/time-zone';
import type { SeriesData } from './series';

/** `2026-11-20 10:00:00 to 10:01:00`: what buckets from `first` to `last` span. */
export function spanName(data: SeriesData, first: number, last: number, zone: TimeZone): string {
  const from = data.times[first] ?? 0;
  const to = (data.times[last] ?? from) + data.bucketMs;
  return formatSpan(new Date(from).toISOString(), new Date(to).toISOString(), zone);
}
