import { useCallback, useEffect, useMemo, useRef, type KeyboardEvent, type RefObject } from 'react';
import type { LogRow, Note } from '@/api/types';
import { formatCountOf } from '@/lib/format/numbers';
import { useExplore, useResults } from '../state/explore-context';
import {
  gridStyle,
  LogRowView,
  rowElementId,
  type PickMode,
  type RowLook,
  type RowNote,
} from '@/components/log/log-row';
import { useRowWindow } from '@/components/log/row-window';
import { rowNoteOf } from '../notes/use-notes';
import type { PickedRows } from '../rows/picked-rows';
import { TableHeader } from './table-header';
import classes from './log-table.module.css';

const HEADER_HEIGHT = 26;
const LOAD_AHEAD_ROWS = 100;

interface LogTableProps {
  look: RowLook;
  rowHeight: number;
  selectedId: string | null;
  /** Moves the selection by so many rows. */
  onMove: (steps: number) => void;
  onOpen: (row: LogRow) => void;
  picked: PickedRows;
  notes: ReadonlyMap<string, Note[]>;
  /** Takes the focus when rows are gone through by keys. */
  grid: RefObject<HTMLDivElement | null>;
  /** Changes when the table gets another size, so that the selection is kept in sight. */
  layout: string;
}

/** The rows, of which only those in sight are in the document. More are fetched before the end is reached. */
export function LogTable(props: LogTableProps) {
  const { look: wanted, rowHeight, selectedId, onMove, onOpen, picked, notes, grid, layout } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const { session } = useExplore();
  const rows = useResults((results) => results.rows);
  const hasMore = useResults((results) => results.hasMore);
  const isLoadingMore = useResults((results) => results.isLoadingMore);
  const status = useResults((results) => results.status);
  const runId = useResults(({ rowsOf }) => rowsOf?.id);
  const isStale = useResults(({ rowsOf, run }) => rowsOf !== null && rowsOf.id !== run?.id);
  const selectedIndex = selectedId === null ? -1 : rows.indexOf(selectedId);
  const keyOf = useCallback((index: number) => rows.row(index)?.IngestId ?? index, [rows]);
  const [{ items, totalHeight }, rowWindow] = useRowWindow({
    count: rows.length,
    rowHeight,
    headerHeight: HEADER_HEIGHT,
    keyOf,
    scroller,
    isMeasured: wanted.isWrapped,
  });

  // Lines are wrapped once their heights can be measured.
  const { measureElement } = rowWindow;
  const look = useMemo(
    () => ({ ...wanted, isWrapped: wanted.isWrapped && measureElement !== undefined }),
    [wanted, measureElement],
  );

  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [scroller, runId]);

  useEffect(() => {
    if (selectedIndex >= 0) rowWindow.reveal(selectedIndex);
  }, [rowWindow, selectedIndex, layout]);

  const lastIndex = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && lastIndex >= rows.length - LOAD_AHEAD_ROWS) session.loadMore();
  }, [session, hasMore, lastIndex, rows.length]);

  const latestPicked = useRef(picked);
  useEffect(() => {
    latestPicked.current = picked;
  });
  const selectedRow = rows.row(selectedIndex);
  const origin = useRef(selectedRow);
  useEffect(() => {
    origin.current = selectedRow;
  }, [selectedRow]);
  // The same function for all rows and renders, so that rows are not drawn again for nothing.
  const onPick = useCallback((row: LogRow, mode: PickMode) => {
    if (mode === 'toggle') latestPicked.current.toggle(row);
    else latestPicked.current.extendTo(row, origin.current);
  }, []);

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 2, 1);
    const steps: Partial<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rows.length,
      End: rows.length,
    };
    const step = steps[event.key];
    const isOwn = event.target === event.currentTarget;
    if (step !== undefined && !event.ctrlKey && !event.metaKey && !event.altKey) {
      const target = rows.row(Math.min(Math.max(selectedIndex + step, 0), rows.length - 1));
      if (event.shiftKey && target !== undefined) picked.extendTo(target, selectedRow);
      onMove(step);
    } else if (event.key === 'Enter' && selectedRow && isOwn) onOpen(selectedRow);
    else if (event.key === ' ' && selectedRow && isOwn) picked.toggle(selectedRow);
    else if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey) && isOwn) picked.all();
    else return;
    event.preventDefault();
  };

  const rowNotes = useMemo(() => {
    const shown = new Map<string, RowNote>();
    for (const [id, list] of notes) {
      const note = rowNoteOf(list);
      if (note !== undefined) shown.set(id, note);
    }
    return shown;
  }, [notes]);
  return (
    <div ref={scroller} className={classes.scroller}>
      <div
        ref={grid}
        className={classes.grid}
        style={gridStyle(look)}
        role="grid"
        aria-label="Log rows"
        aria-multiselectable
        aria-rowcount={hasMore ? -1 : rows.length + 1}
        aria-colcount={look.columns.length}
        aria-activedescendant={
          selectedRow && items.some((item) => item.index === selectedIndex)
            ? rowElementId(selectedRow, look.idPrefix)
            : undefined
        }
        aria-busy={status === 'running'}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <TableHeader columns={look.columns} template={look.template} />
        <div
          className={classes.body}
          role="rowgroup"
          data-stale={isStale || undefined}
          style={{ height: totalHeight }}
        >
          {items.map((item) => {
            const row = rows.row(item.index);
            return row === undefined ? null : (
              <LogRowView
                key={item.key}
                row={row}
                index={item.index}
                top={item.start - HEADER_HEIGHT}
                look={look}
                isSelected={item.index === selectedIndex}
                isPicked={picked.ids.has(row.IngestId)}
                note={rowNotes.get(row.IngestId)}
                onOpen={onOpen}
                onPick={onPick}
                measure={measureElement}
              />
            );
          })}
        </div>
      </div>
      <div className={classes.end} role="status">
        {endText(hasMore || isLoadingMore, status, rows.length)}
      </div>
    </div>
  );
}

function endText(hasMore: boolean, status: string, count: number): string {
  if (status === 'cancelled') return `Cancelled after ${formatCountOf(count, 'row')}`;
  if (status !== 'done') return '';
  return hasMore ? 'Loading older rows' : `The end: ${formatCountOf(count, 'row')}`;
}
