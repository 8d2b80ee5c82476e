import type { RefObject } from 'react';

export interface RowWindowOptions {
  count: number;
  /** Height of a row that has not been measured, in pixels. */
  rowHeight: number;
  /** Height of what stands above the rows and stays in sight. */
  headerHeight: number;
  /** Tells rows whose heights are measured from each other. */
  keyOf: (index: number) => string | number;
  scroller: RefObject<HTMLElement | null>;
}

export interface RowPlace {
  index: number;
  /** Of the element that shows the row, for React. */
  key: string | number | bigint;
  /** Pixels from the top of the scrolling element's content. */
  start: number;
}

export interface VisibleRows {
  items: readonly RowPlace[];
  totalHeight: number;
}

export const NOTHING: VisibleRows = { items: [], totalHeight: 0 };

/** Which rows of a scrolling element are in sight, as a store. */
export interface RowPlaces {
  readonly get: () => VisibleRows;
  readonly subscribe: (listener: () => void) => () => void;
  /** Watches the scrolling element from now on; the answer ends it. */
  readonly mount: () => () => void;
  /** For the elements of rows whose height is not known. */
  readonly measureElement: ((element: HTMLElement | null) => void) | undefined;
  update(next: RowWindowOptions): void;
  /** Scrolls no further than it takes to see the row. */
  reveal(index: number): void;
}
