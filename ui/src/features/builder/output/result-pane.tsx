import { SegmentedControl } from '@mantine/core';
import { lazy, Suspense, type ReactNode } from 'react';
import type { ChartKind } from '@/components/charts/options';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { ExportMenu } from '@/components/exports/export-menu';
import { ScheduleItem } from '@/components/exports/schedule-item';
import { ResultGrid } from '@/components/result-grid/result-grid';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCountOf, formatDuration } from '@/lib/format/numbers';
import { usePreferences } from '@/lib/preferences/preferences';
import classes from '../builder.module.css';
import { builtExport } from './built-export';
import { chartKindOf, type ResultView } from './chart-kind';
import { useResult, type Asked, type BuilderResult } from './use-result';

const ResultChart = lazy(async () => ({
  default: (await import('@/components/charts/result-chart')).ResultChart,
}));

interface ResultPaneProps {
  asked: Asked;
  view: ResultView;
  onView: (view: ResultView) => void;
}

/** What the search answers, as a table and, where there are figures, as a chart. */
export function ResultPane({ asked, view, onView }: ResultPaneProps) {
  const result = useResult(asked);
  const exported = builtExport(asked, result);
  const exportMenu = (ofShown?: ReactNode) => (
    <ExportMenu exported={exported} group="Builder">
      <ScheduleItem exported={exported} range={asked.range} />
      {ofShown}
    </ExportMenu>
  );
  const { data } = result;
  if (result.isError || data === undefined || data.rows.length === 0) {
    return (
      <div className={classes.result}>
        <div className={classes.resultHead}>{exportMenu()}</div>
        {result.isError ? (
          <ErrorState
            title="The search has no answer"
            error={result.error}
            onRetry={() => void result.refetch()}
          />
        ) : data === undefined ? (
          <SkeletonRows count={10} />
        ) : (
          <EmptyState title="Nothing fits">No record of this time range fits the conditions.</EmptyState>
        )}
      </div>
    );
  }
  const chart = chartKindOf(data);
  const views = chart !== null && (
    <SegmentedControl
      aria-label="Show the result as"
      data={[
        { value: 'chart', label: 'Chart' },
        { value: 'table', label: 'Table' },
      ]}
      value={view}
      onChange={onView}
    />
  );
  if (chart !== null && view === 'chart') {
    return (
      <div className={classes.result}>
        <div className={classes.resultHead}>
          {views}
          {exportMenu()}
        </div>
        <div className={classes.resultChart}>
          <Suspense fallback={<SkeletonRows count={8} />}>
            <Chart kind={chart} data={data} />
          </Suspense>
        </div>
      </div>
    );
  }
  return (
    <div className={classes.result}>
      <ResultGrid
        answer={{ id: result.dataUpdatedAt, columns: data.columns, rows: data.rows, count: data.rows.length }}
        label="Result"
        status={
          <>
            {views}
            <span role="status">
              {data.truncated ? 'First ' : ''}
              {formatCountOf(data.rows.length, 'row')}, {formatDuration(data.elapsedMs)}
            </span>
          </>
        }
        isBusy={result.isFetching}
        fileName="builder"
        exportMenu={exportMenu}
      />
    </div>
  );
}

function Chart({ kind, data }: { kind: ChartKind; data: BuilderResult }) {
  const [{ timeZone }] = usePreferences();
  return (
    <ResultChart
      kind={kind}
      title="Chart of the result"
      data={{ ...data, bucket_seconds: data.bucketSeconds }}
      options={{}}
      zone={timeZone}
    />
  );
}
