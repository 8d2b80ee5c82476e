import { NOTHING, type RowPlaces, type RowWindowOptions, type VisibleRows } from './row-places';

/** Rows that are drawn above and below those in sight. */
const OVERSCAN_ROWS = 8;
/** The window moves by so many rows at once, so that not every line scrolled draws the table again. */
const STEP_ROWS = 4;

/** Which rows are in sight where all have one height: places are sums, so a million rows cost no more than a hundred. */
export class UniformRows implements RowPlaces {
  private visible = NOTHING;
  private readonly listeners = new Set<() => void>();
  private options: RowWindowOptions | null = null;
  private drawn: RowWindowOptions | null = null;
  private watched: HTMLElement | null = null;
  private observer: ResizeObserver | null = null;
  private readonly onChange = (): void => this.publish();

  readonly get = (): VisibleRows => this.visible;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly mount = (): (() => void) => {
    this.watch(this.options?.scroller.current ?? null);
    return () => this.watch(null);
  };

  /** Heights are known, so nothing is measured. */
  readonly measureElement = undefined;

  update(next: RowWindowOptions): void {
    this.options = next;
    // It may come later than the rows' owner, or be another one.
    this.watch(next.scroller.current);
    this.publish();
  }

  reveal(index: number): void {
    const element = this.options?.scroller.current;
    if (this.options === null || element == null) return;
    const { rowHeight, headerHeight } = this.options;
    const top = index * rowHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else {
      const bottom = headerHeight + top + rowHeight;
      if (bottom > element.scrollTop + element.clientHeight)
        element.scrollTop = bottom - element.clientHeight;
    }
  }

  private watch(element: HTMLElement | null): void {
    if (element === this.watched) return;
    this.observer?.disconnect();
    this.watched?.removeEventListener('scroll', this.onChange);
    this.watched = element;
    if (element === null) return;
    this.observer = new ResizeObserver(this.onChange);
    this.observer.observe(element);
    element.addEventListener('scroll', this.onChange, { passive: true });
  }

  private publish(): void {
    const { options, drawn } = this;
    const element = options?.scroller.current;
    if (options === null || element == null) return;
    const { count, rowHeight, headerHeight, keyOf } = options;
    const { scrollTop, clientHeight } = element;
    const steps = (rows: number): number => Math.floor(rows / STEP_ROWS) * STEP_ROWS;
    const first = Math.max(steps(scrollTop / rowHeight - OVERSCAN_ROWS), 0);
    const end = Math.min(steps((scrollTop + clientHeight) / rowHeight + OVERSCAN_ROWS + STEP_ROWS), count);
    const { items } = this.visible;
    const isSame =
      options === drawn && items[0]?.index === first && items.length === Math.max(end - first, 0);
    if (isSame) return;
    this.drawn = options;
    this.visible = {
      items: Array.from({ length: Math.max(end - first, 0) }, (_, offset) => {
        const index = first + offset;
        return { index, key: keyOf(index), start: headerHeight + index * rowHeight };
      }),
      totalHeight: count * rowHeight,
    };
    for (const listener of this.listeners) listener();
  }
}
