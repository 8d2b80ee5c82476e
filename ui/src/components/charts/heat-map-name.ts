import { formatSpan } from '@/lib/format/time';
import type { TimeZone } from '@/lib/time-range/time-zone';
import type { HeatMapData } from './categories';

/** What a column of a heat map is. */
export function nameOfX(data: HeatMapData, index: number, zone: TimeZone): string {
  const at = data.x[index] ?? '';
  if (typeof at === 'string') return at;
  const next = data.x[index + 1];
  const from = new Date(at).toISOString();
  return formatSpan(from, typeof next === 'number' ? new Date(next).toISOString() : from, zone);
}
