import { useEffect, useId, useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { usePreferences } from '@/lib/preferences/preferences';
import { contentHeight, scrollTopFor, visibleRows } from './geometry';
import { GridHeader } from './grid-header';
import { cellId, GridRow } from './grid-row';
import { rectangleOf } from './selection';
import type { CellSelection } from './use-cell-selection';
import type { GridView } from './use-grid-view';
import classes from './result-grid.module.css';

const HEADER_HEIGHT = 28;
const NUMBER_WIDTH = 56;
const ROW_HEIGHTS = { compact: 22, comfortable: 28 };

interface GridBodyProps {
  label: string;
  view: GridView;
  selection: CellSelection;
  answer: string | number;
  isBusy: boolean;
  onOpen: () => void;
  onEnd: (() => void) | undefined;
}

/** The grid itself; only rows in sight are in the document, however many there are. */
export function GridBody({ label, view, selection, answer, isBusy, onOpen, onEnd }: GridBodyProps) {
  const gridId = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const [{ density }] = usePreferences();
  const rowHeight = ROW_HEIGHTS[density];
  const [scrollTop, setScrollTop] = useState(0);
  const height = useHeight(scroller) - HEADER_HEIGHT;
  const { columns, rowCount, widths } = view;

  useLayoutEffect(() => {
    if (scroller.current === null) return;
    scroller.current.scrollTop = 0;
    scroller.current.scrollLeft = 0;
  }, [answer]);
  useReveal(scroller, selection, view, rowHeight, height);

  const { first, end, top } = visibleRows(rowCount, rowHeight, Math.max(height, 0), scrollTop);
  const isAtEnd = end === rowCount && rowCount > 0 && scrollTop > 0;
  useEffect(() => {
    if (isAtEnd) onEnd?.();
  }, [isAtEnd, onEnd]);
  const template = `${NUMBER_WIDTH}px ${widths.map((width) => `${width}px`).join(' ')}`;
  const chosen = selection.range === null ? null : rectangleOf(selection.range);
  const head = selection.range?.head;
  const isHeadDrawn = head !== undefined && head.row >= first && head.row < end;
  const width = widths.reduce((sum, one) => sum + one, NUMBER_WIDTH);
  const places = Array.from({ length: end - first }, (_, index) => first + index);
  return (
    <div
      ref={scroller}
      className={classes.scroller}
      onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
    >
      <div
        role="grid"
        aria-label={label}
        aria-rowcount={rowCount + 1}
        aria-colcount={columns.length + 1}
        aria-multiselectable
        aria-busy={isBusy}
        aria-activedescendant={isHeadDrawn ? cellId(gridId, head.row, head.column) : undefined}
        tabIndex={0}
        className={classes.grid}
        style={{ width }}
        onKeyDown={(event) => selection.onKeyDown(event, Math.max(Math.floor(height / rowHeight) - 1, 1))}
        onPointerDown={selection.onPointerDown}
        onPointerOver={selection.onPointerOver}
        onDoubleClick={(event) => {
          if ((event.target as Element).closest('[role="gridcell"]') !== null) onOpen();
        }}
      >
        <GridHeader view={view} template={template} />
        <div role="rowgroup" style={{ height: contentHeight(rowCount, rowHeight) }}>
          <div style={{ transform: `translateY(${top}px)` }}>
            {places.map((place) => {
              const row = view.rowAt(place);
              if (row === undefined) return null;
              const isChosen = chosen !== null && place >= chosen.firstRow && place <= chosen.lastRow;
              return (
                <GridRow
                  key={place}
                  gridId={gridId}
                  row={row}
                  place={place}
                  number={view.numberAt(place)}
                  columns={columns}
                  template={template}
                  zone={view.zone}
                  firstSelected={isChosen ? chosen.firstColumn : -1}
                  lastSelected={isChosen ? chosen.lastColumn : -1}
                  cursor={head?.row === place ? head.column : -1}
                />
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

/** Height of the scrolling element, in pixels. */
function useHeight(scroller: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const measure = (): void => setHeight(element.clientHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [scroller]);
  return height;
}

/** Scrolls no further than it takes to see the cursor. */
function useReveal(
  scroller: RefObject<HTMLElement | null>,
  { range }: CellSelection,
  { rowCount, widths }: GridView,
  rowHeight: number,
  height: number,
): void {
  const row = range?.head.row ?? -1;
  const column = range?.head.column ?? -1;
  const seen = useRef({ row, column });
  useEffect(() => {
    const element = scroller.current;
    // Only a cursor that has moved: more rows or other widths leave the reader where they are.
    if (element === null || (seen.current.row === row && seen.current.column === column)) return;
    seen.current = { row, column };
    if (row < 0 || column < 0) return;
    const top = scrollTopFor(row, rowCount, rowHeight, height, element.scrollTop);
    if (top !== null) element.scrollTo({ top });
    const start = widths.slice(0, column).reduce((sum, width) => sum + width, 0);
    const space = element.clientWidth - NUMBER_WIDTH;
    const end = start + Math.min(widths[column] ?? 0, space);
    if (start < element.scrollLeft) element.scrollTo({ left: start });
    else if (end > element.scrollLeft + space) element.scrollTo({ left: end - space });
  }, [scroller, row, column, rowCount, rowHeight, height, widths]);
}
