import { SegmentedControl } from '@mantine/core';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { ExportMenu } from '@/components/exports/export-menu';
import { ResultGrid } from '@/components/result-grid/result-grid';
import { cellKind } from '@/components/result-grid/result';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCountOf, formatDuration } from '@/lib/format/numbers';
import { usePreferences } from '@/lib/preferences/preferences';
import classes from '../builder.module.css';
import { builtExport } from './built-export';
import { useResult, type Asked, type BuilderResult } from './use-result';

const ResultChart = lazy(async () => ({
  default: (await import('@/components/charts/result-chart')).ResultChart,
}));

/** What the search answers, as a table and, where there are figures, as a chart. */
export function ResultPane({ asked }: { asked: Asked }) {
  const result = useResult(asked);
  const [view, setView] = useState<'chart' | 'table'>('chart');
  const exportMenu = (ofShown?: ReactNode) => (
    <ExportMenu exported={builtExport(asked, result)} group="Builder">
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
  const isDrawable = data.shape !== 'records' && data.columns.some(({ type }) => cellKind(type) === 'number');
  const views = isDrawable && (
    <SegmentedControl
      aria-label="Show the result as"
      data={[
        { value: 'chart', label: 'Chart' },
        { value: 'table', label: 'Table' },
      ]}
      value={view}
      onChange={setView}
    />
  );
  if (isDrawable && view === 'chart') {
    return (
      <div className={classes.result}>
        <div className={classes.resultHead}>
          {views}
          {exportMenu()}
        </div>
        <div className={classes.resultChart}>
          <Suspense fallback={<SkeletonRows count={8} />}>
            <Chart data={data} />
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

function Chart({ data }: { data: BuilderResult }) {
  const [{ timeZone }] = usePreferences();
  const isSeries = data.shape === 'time_series' || data.columns.some(({ type }) => cellKind(type) === 'time');
  const isNumber = data.rows.length === 1 && data.columns.every(({ type }) => cellKind(type) === 'number');
  return (
    <ResultChart
      kind={isSeries ? 'time_series' : isNumber ? 'number' : 'bar'}
      title="Chart of the result"
      data={{ ...data, bucket_seconds: data.bucketSeconds }}
      options={{}}
      zone={timeZone}
    />
  );
}
