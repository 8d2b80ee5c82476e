import { SegmentedControl } from '@mantine/core';
import { useMemo } from 'react';
import { ResultChart } from '@/components/charts/result-chart';
import { EmptyState } from '@/components/empty-state';
import { cellKind, type ResultColumn, type ResultRow } from '@/components/result-grid/result';
import { ResultGrid } from '@/components/result-grid/result-grid';
import { formatCountOf, formatDuration } from '@/lib/format/numbers';
import { useExplore } from '../state/explore-context';
import { filterPart } from '../state/pipes';
import { useStored } from '../state/stored';
import classes from './pipe-result.module.css';

/** More points than this say no more, and cost seconds. */
const CHARTED_ROWS = 10_000;

interface PipeResultProps {
  columns: ResultColumn[];
  shape: 'table' | 'time_series';
}

/** What the pipes of a search make of its rows: a table, and a chart where there is a number. */
export default function PipeResult({ columns, shape }: PipeResultProps) {
  const { results, search, zone, setQuery } = useExplore();
  const [wanted, setView] = useStored<string>('pipes.view', 'both');
  const rows = results.rows as unknown as readonly ResultRow[];
  const data = useMemo(() => ({ columns, rows: rows.slice(0, CHARTED_ROWS) }), [columns, rows]);
  const hasNumber = columns.some(({ type }) => cellKind(type) === 'number');
  const view = hasNumber ? wanted : 'rows';
  if (rows.length === 0) {
    return (
      <EmptyState title="The pipes leave no row">
        Nothing matched, or the pipes dropped all of it.{' '}
        <button type="button" className={classes.link} onClick={() => setQuery(filterPart(search.query))}>
          Show the rows without the pipes
        </button>
      </EmptyState>
    );
  }
  const status = (
    <span className={classes.status}>
      {formatCountOf(rows.length, 'row')}
      {results.stats !== null && ` in ${formatDuration(results.stats.elapsed_ms)}`}
      {hasNumber && (
        <SegmentedControl
          aria-label="What is shown"
          value={view}
          onChange={setView}
          data={[
            { value: 'both', label: 'Both' },
            { value: 'chart', label: 'Chart' },
            { value: 'rows', label: 'Rows' },
          ]}
        />
      )}
    </span>
  );
  return (
    <div className={classes.result}>
      {view !== 'rows' && (
        <div className={classes.chart} data-alone={view === 'chart' || undefined}>
          {view === 'chart' && status}
          <div className={classes.plot}>
            <ResultChart
              kind={shape === 'time_series' ? 'time_series' : 'bar'}
              title="Chart of the result"
              data={data}
              options={{}}
              zone={zone}
            />
          </div>
        </div>
      )}
      {view !== 'chart' && (
        <div className={classes.rows}>
          <ResultGrid
            answer={{ id: results.rowsOf?.id ?? 0, columns, rows, count: rows.length }}
            label="Result of the pipes"
            status={status}
            isBusy={results.status === 'running'}
            fileName="result"
          />
        </div>
      )}
    </div>
  );
}
