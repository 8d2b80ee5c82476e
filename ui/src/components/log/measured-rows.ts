import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/react-virtual';
import { NOTHING, type RowPlaces, type RowWindowOptions, type VisibleRows } from './row-places';

const OVERSCAN_ROWS = 12;

/** Rows of heights that are measured. The virtualizer changes in place, which React would not see. */
export class MeasuredRows implements RowPlaces {
  private visible = NOTHING;
  private rowHeight = 0;
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
    if (next.rowHeight !== this.rowHeight) this.virtualizer.measure();
    this.rowHeight = next.rowHeight;
    this.virtualizer.setOptions({ ...options(next), onChange: () => this.publish() });
    this.virtualizer._willUpdate();
    this.publish();
  }

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
