import type { ChartKind } from '@/components/charts/options';
import { cellKind } from '@/components/result-grid/result';
import type { BuilderResult } from './use-result';

export type ResultView = 'chart' | 'table';

/** The chart that fits what was computed; `null` for records and where there is no number to draw. */
export function chartKindOf({ shape, columns, rows }: BuilderResult): ChartKind | null {
  const kinds = columns.map(({ type }) => cellKind(type));
  if (shape === 'records' || !kinds.includes('number')) return null;
  if (shape === 'time_series' || kinds.includes('time')) return 'time_series';
  return rows.length === 1 && kinds.every((kind) => kind === 'number') ? 'number' : 'bar';
}
