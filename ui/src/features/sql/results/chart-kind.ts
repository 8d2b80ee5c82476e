import type { ChartKind } from '@/components/charts/options';
import { cellKind } from '@/components/result-grid/result';
import type { RunState } from '../run/statement-run';

export const CHART_TITLES: Record<ChartKind, string> = {
  time_series: 'Over time',
  bar: 'Bars',
  pie: 'Pie',
  number: 'Number',
  table: 'Table',
  heat_map: 'Heat map',
  histogram: 'Histogram',
  top_list: 'Top list',
};

/** What draws the answer: the chosen kind, else the one that fits its columns; `null` without a number to draw. */
export function chartKindOf({
  state,
  chartKind,
}: {
  state: RunState;
  chartKind: ChartKind | null;
}): ChartKind | null {
  if (!state.columns.some(({ type }) => cellKind(type) === 'number')) return null;
  return chartKind ?? fittingKind(state);
}

function fittingKind({ columns, count }: RunState): ChartKind {
  const kinds = columns.map(({ type }) => cellKind(type));
  if (kinds.some((kind) => kind === 'time' || kind === 'date')) return 'time_series';
  if (count === 1 && kinds.every((kind) => kind === 'number')) return 'number';
  return kinds.every((kind) => kind === 'number') ? 'histogram' : 'bar';
}
