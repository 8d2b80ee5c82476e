import { Select } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import { EmptyState } from '@/components/empty-state';
import { CHART_KINDS, type ChartKind } from '@/components/charts/options';
import { ResultChart } from '@/components/charts/result-chart';
import { cellKind } from '@/components/result-grid/result';
import { formatCount } from '@/lib/format/numbers';
import { usePreferences } from '@/lib/preferences/preferences';
import { RunStatus } from '../run/run-status';
import type { RunState } from '../run/statement-run';
import classes from './chart-panel.module.css';

/** More points than this say no more, and cost seconds. */
const CHARTED_ROWS = 10_000;

const TITLES: Record<ChartKind, string> = {
  time_series: 'Over time',
  bar: 'Bars',
  pie: 'Pie',
  number: 'Number',
  table: 'Table',
  heat_map: 'Heat map',
  histogram: 'Histogram',
  top_list: 'Top list',
};

/** The answer as a chart; which kind fits is guessed from its columns. */
interface ChartPanelProps {
  state: RunState;
  views: ReactNode;
  exportMenu: ReactNode;
}

export default function ChartPanel({ state, views, exportMenu }: ChartPanelProps) {
  const [{ timeZone }] = usePreferences();
  const [chosen, setChosen] = useState<ChartKind | null>(null);
  const { columns, rows, count } = state;
  const charted = Math.min(count, CHARTED_ROWS);
  const data = useMemo(() => ({ columns, rows: rows.slice(0, charted) }), [columns, rows, charted]);
  if (!columns.some(({ type }) => cellKind(type) === 'number')) {
    return (
      <div className={classes.panel}>
        <div className={classes.line}>
          {views}
          <span className={classes.space} />
          {exportMenu}
        </div>
        <EmptyState title="There is no number to draw">
          A chart wants a column of numbers, such as count(), and best a time or a name beside it.
        </EmptyState>
      </div>
    );
  }
  const kind = chosen ?? fittingKind(state);
  return (
    <div className={classes.panel}>
      <div className={classes.line}>
        {views}
        <Select
          aria-label="Kind of chart"
          data={CHART_KINDS.filter((one) => one !== 'table').map((value) => ({
            value,
            label: TITLES[value],
          }))}
          value={kind}
          allowDeselect={false}
          onChange={(value) => setChosen(value)}
        />
        <RunStatus state={state} onMore={null} />
        {count > charted && <span>The first {formatCount(charted)} rows are drawn.</span>}
        <span className={classes.space} />
        {exportMenu}
      </div>
      <div className={classes.chart}>
        <ResultChart kind={kind} title="Chart of the answer" data={data} options={{}} zone={timeZone} />
      </div>
    </div>
  );
}

function fittingKind({ columns, count }: RunState): ChartKind {
  const kinds = columns.map(({ type }) => cellKind(type));
  if (kinds.some((kind) => kind === 'time' || kind === 'date')) return 'time_series';
  if (count === 1 && kinds.every((kind) => kind === 'number')) return 'number';
  return kinds.every((kind) => kind === 'number') ? 'histogram' : 'bar';
}
