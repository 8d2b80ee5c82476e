import { lazy, Suspense, useMemo, type RefObject } from 'react';
import { ApiError } from '@/api/errors';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { asSentence, plainMessage } from '@/components/notify';
import { SkeletonRows } from '@/components/skeleton-rows';
import { usePreferences } from '@/lib/preferences/preferences';
import type { HistogramData } from '../histogram/histogram-data';
import { highlightsOf } from '@/lib/query-language/highlight';
import { useNotesByRow } from '../notes/use-notes';
import { EmptyResult } from '../results/empty-result';
import { NewRowsPill } from '../results/new-rows-pill';
import type { PickedRows } from '../rows/picked-rows';
import { SelectionBar } from '../rows/selection-bar';
import { useExplore, useResults } from '../state/explore-context';
import { usePane } from '../state/pane';
import type { Selection } from '../state/use-selection';
import { useTableLook } from '../table/table-look';
import { wordMarks } from '../table/word-marks';
import { DEFAULT_COLUMNS, gridTemplate, layOutColumns } from '@/components/log/columns';
import type { RowLook } from '@/components/log/log-row';
import { LogTable } from '../table/log-table';
import { midnight } from '@/lib/time-range/zone';
import type { TimeZone } from '@/lib/time-range/time-zone';
import classes from './workspace.module.css';

const TableResult = lazy(() => import('../results/table-result'));

const ROW_HEIGHTS = { compact: 22, comfortable: 28 };
const SKELETON_ROWS = 20;
const CHARACTER_WIDTH = 7.2;
const TIME_PADDING = 17;
const NARROW_COLUMNS = ['time', 'level', 'message'];

interface RowsAreaProps {
  histogram: HistogramData | undefined;
  selection: Selection;
  picked: PickedRows;
  isComparing: boolean;
  onCompare: (isComparing: boolean) => void;
  grid: RefObject<HTMLDivElement | null>;
  layout: string;
  isNarrow: boolean;
}

/** Whether a span of time has to be told by date as well. */
function spansDays(from: number | undefined, to: number | undefined, zone: TimeZone): boolean {
  if (from === undefined || to === undefined) return true;
  return midnight(from, zone) !== midnight(to - 1, zone);
}

/** Of the time column, which is set in a type whose characters are all as wide. */
function timeWidth(hasDate: boolean, digits: number): number {
  const characters = (hasDate ? 19 : 8) + (digits === 0 ? 0 : digits + 1);
  return Math.ceil(characters * CHARACTER_WIDTH) + TIME_PADDING;
}

function isQueryError(error: Error | null): error is ApiError {
  return error instanceof ApiError && error.code.startsWith('query.');
}

function queryHint(error: ApiError): string {
  const hint = error.queryDetails()?.hint;
  return hint ? `${plainMessage(error)} ${asSentence(hint)}` : plainMessage(error);
}

/** The rows, or what stands in their place. */
export function RowsArea(props: RowsAreaProps) {
  const { histogram, selection, picked, isComparing, onCompare, grid, layout, isNarrow } = props;
  const notes = useNotesByRow();
  const { name: pane } = usePane();
  const { search, zone, refresh } = useExplore();
  const [{ wrapLines, density, dates, fractionDigits }] = usePreferences();
  const { widths, formats, highlights } = useTableLook();
  const hasRows = useResults(({ rows }) => rows.length > 0);
  const status = useResults((results) => results.status);
  const error = useResults((results) => results.error);
  const run = useResults((results) => results.run);
  const rowsOf = useResults((results) => results.rowsOf);
  const table = useResults((results) => results.table);

  const from = rowsOf?.from === undefined ? histogram?.from : Date.parse(rowsOf.from);
  const to = rowsOf?.to === undefined ? histogram?.to : Date.parse(rowsOf.to);
  const hasDate = dates === 'always' || spansDays(from, to, zone);
  const digits = Number(fractionDigits);
  const { pinned } = search;
  const query = rowsOf?.query ?? '';
  // A narrow window has no room for what was not asked for.
  const names = isNarrow && search.columns === DEFAULT_COLUMNS ? NARROW_COLUMNS : search.columns;
  const look = useMemo((): RowLook => {
    const columns = layOutColumns(names, { time: timeWidth(hasDate, digits), ...widths }, pinned);
    return {
      columns,
      template: gridTemplate(columns),
      highlights: highlightsOf(query),
      zone,
      hasDate,
      fractionDigits: digits,
      isWrapped: wrapLines,
      marks: wordMarks(highlights),
      formats,
      idPrefix: `row-${pane}`,
    };
  }, [names, widths, query, zone, hasDate, digits, wrapLines, pinned, highlights, formats, pane]);

  if (table !== null) {
    return (
      <div className={classes.rows}>
        <NewRowsPill />
        <Suspense fallback={<SkeletonRows count={SKELETON_ROWS} />}>
          <TableResult table={table} />
        </Suspense>
      </div>
    );
  }
  if (!hasRows && status === 'running') {
    return (
      <div className={classes.rows}>
        <SkeletonRows count={SKELETON_ROWS} />
      </div>
    );
  }
  if (!hasRows && status === 'failed') {
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
  if (!hasRows && status === 'done' && run !== null) {
    return (
      <div className={classes.rows}>
        <NewRowsPill />
        <EmptyResult key={run.id} run={run} />
      </div>
    );
  }
  return (
    <div className={classes.rows} data-tour="rows">
      <NewRowsPill />
      <LogTable
        look={look}
        rowHeight={ROW_HEIGHTS[density]}
        selectedId={selection.selectedId}
        onMove={selection.move}
        onOpen={selection.open}
        picked={picked}
        notes={notes}
        grid={grid}
        layout={layout}
      />
      <SelectionBar picked={picked} isComparing={isComparing} onCompare={onCompare} />
    </div>
  );
}
