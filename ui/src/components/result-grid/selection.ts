export interface Cell {
  row: number;
  column: number;
}

/** A rectangle of cells: `head` is where the cursor is, `anchor` where the selection began. */
export interface CellRange {
  anchor: Cell;
  head: Cell;
}

export interface Rectangle {
  firstRow: number;
  lastRow: number;
  firstColumn: number;
  lastColumn: number;
}

export function rectangleOf({ anchor, head }: CellRange): Rectangle {
  return {
    firstRow: Math.min(anchor.row, head.row),
    lastRow: Math.max(anchor.row, head.row),
    firstColumn: Math.min(anchor.column, head.column),
    lastColumn: Math.max(anchor.column, head.column),
  };
}

export interface GridKey {
  key: string;
  isExtending: boolean;
  /** Ctrl, or Command on a Mac. */
  isJumping: boolean;
}

/** The selection after a key of a grid, or `null` where the key means something else. */
export function afterKey(
  range: CellRange | null,
  { key, isExtending, isJumping }: GridKey,
  rowCount: number,
  columnCount: number,
  pageRows: number,
): CellRange | null {
  if (rowCount === 0 || columnCount === 0) return null;
  const lastRow = rowCount - 1;
  const lastColumn = columnCount - 1;
  if (isJumping && key.toLowerCase() === 'a') {
    return { anchor: { row: 0, column: 0 }, head: { row: lastRow, column: lastColumn } };
  }
  const at = range?.head ?? { row: 0, column: 0 };
  const target = moved(at, key, isJumping, lastRow, lastColumn, pageRows);
  if (target === null) return null;
  // The first key only shows where the cursor is.
  const head = range === null && key.startsWith('Arrow') ? at : target;
  return { anchor: isExtending && range !== null ? range.anchor : head, head };
}

function moved(
  { row, column }: Cell,
  key: string,
  isJumping: boolean,
  lastRow: number,
  lastColumn: number,
  pageRows: number,
): Cell | null {
  const down = (rows: number): Cell => ({ row: Math.min(Math.max(row + rows, 0), lastRow), column });
  switch (key) {
    case 'ArrowDown':
      return isJumping ? { row: lastRow, column } : down(1);
    case 'ArrowUp':
      return isJumping ? { row: 0, column } : down(-1);
    case 'ArrowRight':
      return { row, column: isJumping ? lastColumn : Math.min(column + 1, lastColumn) };
    case 'ArrowLeft':
      return { row, column: isJumping ? 0 : Math.max(column - 1, 0) };
    case 'PageDown':
      return down(pageRows);
    case 'PageUp':
      return down(-pageRows);
    case 'Home':
      return { row: isJumping ? 0 : row, column: 0 };
    case 'End':
      return { row: isJumping ? lastRow : row, column: lastColumn };
    default:
      return null;
  }
}
