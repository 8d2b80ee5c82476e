import { formatSpan } from '@/lib/format/time';
import type { Zone } from '@/lib/time-range/zone';
import type { HeatMapData } from './categories';

/** What a column of a heat map is. */
export function nameOfX(data: HeatMapData, index: number, zone: Zone): string {
  const at = data.x[index] ?? '';
  if (typeof at === 'string') return at;
  const next = data.x[index + 1];
  const from = new Date(at).toISOString();
  return formatSpan(from, typeof next === 'number' ? new Date(next).toISOString() : from, zone);
}
