import { RowKeys } from './row-keys';
import { NOTHING, type RowPlaces, type RowWindowOptions, type VisibleRows } from './row-places';

/** Rows that are drawn above and below those in sight. */
const OVERSCAN_ROWS = 8;
/** The window moves by so many rows at once, so that not every line scrolled draws the table again. */
const STEP_ROWS = 4;
/** After a jump only rows in sight are drawn; those around them follow when no other jump came for so long. */
const REST_MS = 100;

/** Which rows are in sight where all have one height: places are sums, so a million rows cost no more than a hundred. */
export class UniformRows implements RowPlaces {
  private visible = NOTHING;
  private readonly listeners = new Set<() => void>();
  private options: RowWindowOptions | null = null;
  private drawn: RowWindowOptions | null = null;
  private watched: HTMLElement | null = null;
  private observer: ResizeObserver | null = null;
  /** Of the scrolling element, as its events told: to ask for it after rows were drawn would lay them out at once. */
  private top = 0;
  private height = 0;
  private rest: ReturnType<typeof setTimeout> | undefined;
  private readonly keys = new RowKeys();
  private readonly onChange = (): void => {
    this.look();
    this.publish();
  };

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
    clearTimeout(this.rest);
    this.watched?.removeEventListener('scroll', this.onChange);
    this.watched = element;
    if (element === null) return;
    this.look();
    this.observer = new ResizeObserver(this.onChange);
    this.observer.observe(element);
    element.addEventListener('scroll', this.onChange, { passive: true });
  }

  private look(): void {
    this.top = this.watched?.scrollTop ?? 0;
    this.height = this.watched?.clientHeight ?? 0;
  }

  private publish(): void {
    const { options, drawn, top, height } = this;
    if (options === null || this.watched === null) return;
    const { count, rowHeight, headerHeight } = options;
    const { items } = this.visible;
    const steps = (rows: number): number => Math.floor(rows / STEP_ROWS) * STEP_ROWS;
    const around = (rows: number): [first: number, end: number] => [
      Math.max(steps(top / rowHeight - rows), 0),
      Math.min(steps((top + height) / rowHeight + rows + STEP_ROWS), count),
    ];
    const isJump = items.length > 0 && !this.keys.overlaps(...around(0));
    const [first, end] = around(isJump ? 0 : OVERSCAN_ROWS);
    if (isJump) {
      clearTimeout(this.rest);
      this.rest = setTimeout(() => this.publish(), REST_MS);
    }
    const isSame =
      options === drawn && items[0]?.index === first && items.length === Math.max(end - first, 0);
    if (isSame) return;
    this.drawn = options;
    this.visible = {
      items: this.keys.of(first, end).map((key, offset) => {
        const index = first + offset;
        return { index, key, start: headerHeight + index * rowHeight };
      }),
      totalHeight: count * rowHeight,
    };
    for (const listener of this.listeners) listener();
  }
}
