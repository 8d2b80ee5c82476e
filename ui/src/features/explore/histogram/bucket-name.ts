import { formatSpan } from '@/lib/format/time';
import { formatClock, formatDate } from '@/lib/time-range/zone';
import type { TimeZone } from '@/lib/time-range/time-zone';
import type { HistogramData } from './histogram-data';

/** `2026-11-20 10:00 to 10:01`: what buckets from `first` to `last` span. */
export function bucketName(data: HistogramData, first: number, zone: TimeZone, last = first): string {
  const from = data.times[first] ?? data.from;
  const to = (data.times[last] ?? data.from) + data.bucketMs;
  if (data.bucketMs >= 1_000)
    return formatSpan(new Date(from).toISOString(), new Date(to).toISOString(), zone);
  return `${formatDate(from, zone)} ${formatClock(from, zone)} to ${formatClock(to, zone)}`;
}
