import { useState, type KeyboardEvent, type PointerEvent } from 'react';
import { notifyDone, notifyFailure } from '@/components/notify';
import { formatCountOf } from '@/lib/format/numbers';
import { usePlatform } from '@/platform/context';
import type { ResultRow } from './result';
import { afterKey, rectangleOf, type Cell, type CellRange } from './selection';
import { tabSeparated } from './separated';
import type { GridView } from './use-grid-view';

export interface CellSelection {
  range: CellRange | null;
  select: (cell: Cell, isExtending: boolean) => void;
  onKeyDown: (event: KeyboardEvent, pageRows: number) => void;
  onPointerDown: (event: PointerEvent) => void;
  onPointerOver: (event: PointerEvent) => void;
  /** The selection, or everything where there is none, for a spreadsheet. */
  copy: () => void;
}

/** Cells are chosen by mouse and keys as in a spreadsheet. `onOpen` is Enter, or a double click. */
export function useCellSelection(view: GridView, answer: string | number, onOpen: () => void): CellSelection {
  const platform = usePlatform();
  const [chosen, setChosen] = useState<{ answer: string | number; range: CellRange | null }>({
    answer,
    range: null,
  });
  const range = chosen.answer === answer ? clamped(chosen.range, view) : null;
  const setRange = (next: CellRange): void => setChosen({ answer, range: next });

  const select = (head: Cell, isExtending: boolean): void =>
    setRange({ anchor: isExtending && range !== null ? range.anchor : head, head });

  const copy = (): void => {
    const { firstRow, lastRow, firstColumn, lastColumn } =
      range === null
        ? { firstRow: 0, lastRow: view.rowCount - 1, firstColumn: 0, lastColumn: view.columns.length - 1 }
        : rectangleOf(range);
    const rows: ResultRow[] = [];
    for (let place = firstRow; place <= lastRow; place += 1) rows.push(view.rowAt(place) ?? {});
    const columns = view.columns.slice(firstColumn, lastColumn + 1);
    const isOneCell = rows.length === 1 && columns.length === 1;
    const isWholeWidth = columns.length === view.columns.length;
    const text = tabSeparated(columns, rows, isWholeWidth && !isOneCell);
    platform.writeClipboard(text).then(
      () => notifyDone(`Copied ${formatCountOf(rows.length * columns.length, 'cell')}`),
      (error: unknown) => notifyFailure('Nothing was copied', error),
    );
  };

  const onKeyDown = (event: KeyboardEvent, pageRows: number): void => {
    if (event.target !== event.currentTarget || event.altKey) return;
    const isJumping = event.ctrlKey || event.metaKey;
    if (isJumping && event.key.toLowerCase() === 'c') copy();
    else if (event.key === 'Enter' && !isJumping && range !== null) onOpen();
    else {
      const key = { key: event.key, isExtending: event.shiftKey, isJumping };
      const next = afterKey(range, key, view.rowCount, view.columns.length, pageRows);
      if (next === null) return;
      setRange(next);
    }
    event.preventDefault();
  };

  return {
    range,
    select,
    onKeyDown,
    copy,
    onPointerDown: (event) => {
      const cell = event.button === 0 ? cellOf(event.target) : null;
      if (cell !== null) select(cell, event.shiftKey);
    },
    onPointerOver: (event) => {
      const cell = event.buttons === 1 ? cellOf(event.target) : null;
      if (cell !== null && range !== null) select(cell, true);
    },
  };
}

/** A filter may have taken away the rows that were chosen. */
function clamped(range: CellRange | null, { rowCount, columns }: GridView): CellRange | null {
  if (range === null || rowCount === 0 || columns.length === 0) return null;
  const within = ({ row, column }: Cell): Cell => ({
    row: Math.min(row, rowCount - 1),
    column: Math.min(column, columns.length - 1),
  });
  return { anchor: within(range.anchor), head: within(range.head) };
}

function cellOf(target: EventTarget): Cell | null {
  if (!(target instanceof Element)) return null;
  const element = target.closest<HTMLElement>('[data-cell-row]');
  if (element === null) return null;
  return { row: Number(element.dataset.cellRow), column: Number(element.dataset.cellColumn) };
}
