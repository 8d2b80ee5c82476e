import { Select } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { EmptyState } from '@/components/empty-state';
import { CHART_KINDS } from '@/components/charts/options';
import { ResultChart } from '@/components/charts/result-chart';
import { formatCount } from '@/lib/format/numbers';
import { usePreferences } from '@/lib/preferences/preferences';
import { RunStatus } from '../run/run-status';
import type { Workspace } from '../use-workspace';
import { chartKindOf, CHART_TITLES } from './chart-kind';
import classes from './chart-panel.module.css';

/** More points than this say no more, and cost seconds. */
const CHARTED_ROWS = 10_000;

interface ChartPanelProps {
  workspace: Workspace;
  views: ReactNode;
  exportMenu: ReactNode;
}

/** The answer as a chart; which kind fits is guessed from its columns. */
export default function ChartPanel({ workspace, views, exportMenu }: ChartPanelProps) {
  const [{ timeZone }] = usePreferences();
  const { state, setChartKind } = workspace;
  const { columns, rows, count } = state;
  const charted = Math.min(count, CHARTED_ROWS);
  const data = useMemo(() => ({ columns, rows: rows.slice(0, charted) }), [columns, rows, charted]);
  const kind = chartKindOf(workspace);
  if (kind === null) {
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
  return (
    <div className={classes.panel}>
      <div className={classes.line}>
        {views}
        <Select
          aria-label="Kind of chart"
          data={CHART_KINDS.filter((one) => one !== 'table').map((value) => ({
            value,
            label: CHART_TITLES[value],
          }))}
          value={kind}
          allowDeselect={false}
          onChange={(value) => value !== null && setChartKind(value)}
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
