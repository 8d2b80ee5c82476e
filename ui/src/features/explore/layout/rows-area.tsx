import { useMemo, type RefObject } from 'react';
import { ApiError } from '@/api/errors';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { plainMessage } from '@/components/notify';
import { SkeletonRows } from '@/components/skeleton-rows';
import { usePreferences } from '@/lib/preferences/preferences';
import type { HistogramData } from '../histogram/histogram-data';
import { highlightsOf } from '@/lib/query-language/highlight';
import { EmptyResult } from '../results/empty-result';
import { NewRowsPill } from '../results/new-rows-pill';
import { TableResult } from '../results/table-result';
import { useExplore } from '../state/explore-context';
import type { Selection } from '../state/use-selection';
import { useColumnWidths } from '../table/column-widths';
import { DEFAULT_COLUMNS, gridTemplate, layOutColumns } from '@/components/log/columns';
import type { RowLook } from '@/components/log/log-row';
import { LogTable } from '../table/log-table';
import { midnight, type Zone } from '@/lib/time-range/zone';
import classes from './workspace.module.css';

const ROW_HEIGHTS = { compact: 22, comfortable: 28 };
const SKELETON_ROWS = 20;
const NARROW_COLUMNS = ['time', 'level', 'message'];

interface RowsAreaProps {
  histogram: HistogramData | undefined;
  selection: Selection;
  grid: RefObject<HTMLDivElement | null>;
  layout: string;
  isNarrow: boolean;
}

/** Whether a span of time has to be told by date as well. */
function spansDays(from: number | undefined, to: number | undefined, zone: Zone): boolean {
  if (from === undefined || to === undefined) return true;
  return midnight(from, zone) !== midnight(to - 1, zone);
}

function isQueryError(error: Error | null): error is ApiError {
  return error instanceof ApiError && error.code.startsWith('query.');
}

function queryHint(error: ApiError): string {
  const hint = error.queryDetails()?.hint ?? '';
  return `${plainMessage(error)} ${hint}`.trim();
}

/** The rows, or what stands in their place. */
export function RowsArea({ histogram, selection, grid, layout, isNarrow }: RowsAreaProps) {
  const { search, results, zone, refresh } = useExplore();
  const [{ wrapLines, density }] = usePreferences();
  const { widths } = useColumnWidths();
  const { rows, status, error, run, rowsOf } = results;

  const from = rowsOf?.from === undefined ? histogram?.from : Date.parse(rowsOf.from);
  const to = rowsOf?.to === undefined ? histogram?.to : Date.parse(rowsOf.to);
  const hasDate = spansDays(from, to, zone);
  const query = rowsOf?.query ?? '';
  // A narrow window has no room for what was not asked for.
  const names = isNarrow && search.columns === DEFAULT_COLUMNS ? NARROW_COLUMNS : search.columns;
  const look = useMemo((): RowLook => {
    const columns = layOutColumns(names, hasDate ? widths : { time: 104, ...widths });
    return {
      columns,
      template: gridTemplate(columns),
      highlights: highlightsOf(query),
      zone,
      hasDate,
      isWrapped: wrapLines,
    };
  }, [names, widths, query, zone, hasDate, wrapLines]);

  if (results.table !== null) {
    return (
      <div className={classes.rows}>
        <NewRowsPill />
        <TableResult table={results.table} />
      </div>
    );
  }
  if (rows.length === 0 && status === 'running') {
    return (
      <div className={classes.rows}>
        <SkeletonRows count={SKELETON_ROWS} />
      </div>
    );
  }
  if (rows.length === 0 && status === 'failed') {
    return (
      <div className={classes.rows}>
        {isQueryError(error) ? (
          <EmptyState title="The search cannot be read">{queryHint(error)}</EmptyState>
        ) : (
          <ErrorState title="The search was not answered" error={error} onRetry={refresh} />
        )}
      </div>
    );
  }
  if (rows.length === 0 && status === 'done' && run !== null) {
    return (
      <div className={classes.rows}>
        <NewRowsPill />
        <EmptyResult key={run.id} run={run} />
      </div>
    );
  }
  return (
    <div className={classes.rows}>
      <NewRowsPill />
      <LogTable
        look={look}
        rowHeight={ROW_HEIGHTS[density]}
        selectedId={selection.selectedId}
        onMove={selection.move}
        onOpen={selection.open}
        grid={grid}
        layout={layout}
      />
    </div>
  );
}
