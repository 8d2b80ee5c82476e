/**
 * Browsers stop at some 17 million pixels of height. Above that the scroll bar stands for more rows than it has pixels,
 * and rows are placed relative to where it is.
 */
const HEIGHT_LIMIT_PX = 12_000_000;
const OVERSCAN_ROWS = 8;

export interface RowWindow {
  first: number;
  /** Exclusive. */
  end: number;
  /** Where row `first` begins, in pixels from the top of the content. */
  top: number;
}

export function contentHeight(count: number, rowHeight: number): number {
  return Math.min(count * rowHeight, HEIGHT_LIMIT_PX);
}

/** Rows to draw at a place of the scroll bar. */
export function visibleRows(
  count: number,
  rowHeight: number,
  viewportHeight: number,
  scrollTop: number,
): RowWindow {
  const whole = count * rowHeight;
  const height = contentHeight(count, rowHeight);
  const scrollable = Math.max(height - viewportHeight, 0);
  const at = Math.min(Math.max(scrollTop, 0), scrollable);
  // The pixel of the whole list that stands at the top of the view.
  const offset = height === whole || scrollable === 0 ? at : (at / scrollable) * (whole - viewportHeight);
  const first = Math.max(Math.floor(offset / rowHeight) - OVERSCAN_ROWS, 0);
  const end = Math.min(Math.ceil((offset + viewportHeight) / rowHeight) + OVERSCAN_ROWS, count);
  return { first, end: Math.max(end, first), top: at - (offset - first * rowHeight) };
}

/** Where the scroll bar has to be so that a row is in sight, or `null` where it is. */
export function scrollTopFor(
  row: number,
  count: number,
  rowHeight: number,
  viewportHeight: number,
  scrollTop: number,
): number | null {
  const whole = count * rowHeight;
  const height = contentHeight(count, rowHeight);
  const scrollable = Math.max(height - viewportHeight, 0);
  const isScaled = height !== whole && scrollable > 0;
  const factor = isScaled ? (whole - viewportHeight) / scrollable : 1;
  const offset = scrollTop * factor;
  const start = row * rowHeight;
  if (start < offset) return start / factor;
  if (start + rowHeight > offset + viewportHeight) return (start + rowHeight - viewportHeight) / factor;
  return null;
}
