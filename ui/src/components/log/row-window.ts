import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/react-virtual';
import { useLayoutEffect, useState, useSyncExternalStore, type RefObject } from 'react';

interface RowWindowOptions {
  count: number;
  /** Height of a row that has not been measured, in pixels. */
  rowHeight: number;
  /** Height of what stands above the rows and stays in sight. */
  headerHeight: number;
  keyOf: (index: number) => string | number;
  scroller: RefObject<HTMLElement | null>;
}

export interface VisibleRows {
  items: VirtualItem[];
  totalHeight: number;
}

const OVERSCAN_ROWS = 12;
const NOTHING: VisibleRows = { items: [], totalHeight: 0 };

/** Which rows are in sight, as a store: the virtualizer changes in place, which React would not see. */
export class RowWindow {
  private visible = NOTHING;
  private readonly listeners = new Set<() => void>();
  private readonly virtualizer = new Virtualizer<HTMLElement, HTMLElement>({
    ...options({
      count: 0,
      rowHeight: 1,
      headerHeight: 0,
      keyOf: (index) => index,
      scroller: { current: null },
    }),
    onChange: () => this.publish(),
  });

  readonly get = (): VisibleRows => this.visible;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly mount = (): (() => void) => this.virtualizer._didMount();

  readonly measureElement = (element: HTMLElement | null): void => this.virtualizer.measureElement(element);

  update(next: RowWindowOptions): void {
    this.virtualizer.setOptions({ ...options(next), onChange: () => this.publish() });
    this.virtualizer._willUpdate();
    this.publish();
  }

  /** Forgets the heights that were measured. */
  forgetHeights(): void {
    this.virtualizer.measure();
  }

  /** Scrolls no further than it takes to see the row. */
  reveal(index: number): void {
    this.virtualizer.scrollToIndex(index, { align: 'auto' });
  }

  private publish(): void {
    const items = this.virtualizer.getVirtualItems();
    const totalHeight = this.virtualizer.getTotalSize();
    if (items === this.visible.items && totalHeight === this.visible.totalHeight) return;
    this.visible = { items, totalHeight };
    for (const listener of this.listeners) listener();
  }
}

function options({ count, rowHeight, headerHeight, keyOf, scroller }: RowWindowOptions) {
  return {
    count,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    getScrollElement: () => scroller.current,
    scrollMargin: headerHeight,
    scrollPaddingStart: headerHeight,
    overscan: OVERSCAN_ROWS,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
  };
}

/** The rows in sight of a scrolling element; every change of the options is taken up before the next paint. */
export function useRowWindow(next: RowWindowOptions): [VisibleRows, RowWindow] {
  const [window] = useState(() => new RowWindow());
  const visible = useSyncExternalStore(window.subscribe, window.get);
  const { count, rowHeight, headerHeight, keyOf, scroller } = next;
  useLayoutEffect(() => window.mount(), [window]);
  useLayoutEffect(
    () => window.update({ count, rowHeight, headerHeight, keyOf, scroller }),
    [window, count, rowHeight, headerHeight, keyOf, scroller],
  );
  return [visible, window];
}
