import { SegmentedControl } from '@mantine/core';
import { lazy, Suspense } from 'react';
import type { ChartKind } from '@/components/charts/options';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { ResultGrid } from '@/components/result-grid/result-grid';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCountOf, formatDuration } from '@/lib/format/numbers';
import { usePreferences } from '@/lib/preferences/preferences';
import classes from '../builder.module.css';
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
  if (result.isError) {
    return (
      <ErrorState
        title="The search has no answer"
        error={result.error}
        onRetry={() => void result.refetch()}
      />
    );
  }
  const { data } = result;
  if (data === undefined) return <SkeletonRows count={10} />;
  if (data.rows.length === 0) {
    return <EmptyState title="Nothing fits">No record of this time range fits the conditions.</EmptyState>;
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
        <div className={classes.resultHead}>{views}</div>
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
