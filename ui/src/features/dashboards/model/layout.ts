import { verticalCompactor } from 'react-grid-layout/core';
import type { Place, Widget, WidgetKind } from '@/api/dashboards';

export const COLUMNS = 12;
const ROW_PX = 36;
const MOST_ROW_PX = 64;
export const GAP_PX = 8;

/** Of a board of this width: on a great screen widgets grow in both directions, or charts become ribbons. */
export function rowHeight(width: number): number {
  return Math.min(MOST_ROW_PX, Math.max(ROW_PX, Math.round(width / 52)));
}

interface Item extends Place {
  i: string;
}

export function itemsOf(widgets: Widget[]): Item[] {
  return widgets.map(({ id, layout }) => ({ i: id, ...layout }));
}

/** Widgets where a layout puts them. */
export function withLayout(widgets: Widget[], layout: readonly Item[]): Widget[] {
  const places = new Map(layout.map(({ i, x, y, w, h }) => [i, { x, y, w, h }]));
  return widgets.map((widget) => ({ ...widget, layout: places.get(widget.id) ?? widget.layout }));
}

export function isSameLayout(widgets: Widget[], layout: readonly Item[]): boolean {
  return widgets.every(({ id, layout: { x, y, w, h } }) => {
    const item = layout.find(({ i }) => i === id);
    return item?.x === x && item.y === y && item.w === w && item.h === h;
  });
}

/** Everything as far up as it goes; what overlaps is pushed down. */
export function compacted(widgets: Widget[]): Widget[] {
  return withLayout(widgets, verticalCompactor.compact(itemsOf(widgets), COLUMNS));
}

function overlaps(one: Place, other: Place): boolean {
  return (
    one.x < other.x + other.w &&
    other.x < one.x + one.w &&
    one.y < other.y + other.h &&
    other.y < one.y + one.h
  );
}

/** Puts a widget at a place, and the others out of its way. */
function placed(widgets: Widget[], id: string, place: Place): Widget[] {
  const w = Math.min(Math.max(place.w, 1), COLUMNS);
  const next = {
    w,
    h: Math.max(place.h, 2),
    x: Math.min(Math.max(place.x, 0), COLUMNS - w),
    y: Math.max(place.y, 0),
  };
  const moved = widgets.map((widget) => {
    if (widget.id === id) return { ...widget, layout: next };
    // Below it; compacting brings it up again where there is room.
    return overlaps(widget.layout, next)
      ? { ...widget, layout: { ...widget.layout, y: next.y + next.h } }
      : widget;
  });
  return compacted(moved);
}

/** A step by keyboard. Up passes the widget above as a whole, as a step of one cell would be undone by compacting. */
export function moved(widgets: Widget[], id: string, columns: number, rows: number): Widget[] {
  const widget = widgets.find((one) => one.id === id);
  if (widget === undefined) return widgets;
  const { layout } = widget;
  let y = layout.y;
  if (rows !== 0) {
    const beside = widgets.filter(
      (one) => one.id !== id && one.layout.x < layout.x + layout.w && layout.x < one.layout.x + one.layout.w,
    );
    const above = beside.filter((one) => one.layout.y + one.layout.h <= layout.y);
    const below = beside.filter((one) => one.layout.y >= layout.y + layout.h);
    if (rows < 0) y = Math.max(0, ...above.map((one) => one.layout.y));
    else if (below.length > 0) {
      const next = below.reduce((first, one) => (one.layout.y < first.layout.y ? one : first));
      // The two change places.
      const swapped = widgets.map((one) =>
        one.id === next.id ? { ...one, layout: { ...one.layout, y: layout.y } } : one,
      );
      return placed(swapped, id, { ...layout, y: layout.y + next.layout.h });
    }
  }
  return placed(widgets, id, { ...layout, x: layout.x + columns, y });
}

export function resized(widgets: Widget[], id: string, columns: number, rows: number): Widget[] {
  const layout = widgets.find((one) => one.id === id)?.layout;
  if (layout === undefined) return widgets;
  const w = Math.min(Math.max(layout.w + columns, 1), COLUMNS - layout.x);
  return placed(widgets, id, { ...layout, w, h: layout.h + rows });
}

const SIZES: Partial<Record<WidgetKind, [w: number, h: number]>> = {
  number: [3, 3],
  time_series: [8, 6],
  pie: [4, 6],
  logs: [12, 8],
  text: [4, 4],
};

/** The first free place, from above, for a widget of a kind. */
export function freePlace(widgets: Widget[], kind: WidgetKind): Place {
  const [w, h] = SIZES[kind] ?? [6, 6];
  const bottom = widgets.reduce((known, { layout }) => Math.max(known, layout.y + layout.h), 0);
  for (let y = 0; y < bottom; y += 1) {
    for (let x = 0; x + w <= COLUMNS; x += 1) {
      const place = { x, y, w, h };
      if (!widgets.some(({ layout }) => overlaps(layout, place))) return place;
    }
  }
  return { x: 0, y: bottom, w, h };
}

/** Reading order, for narrow screens, the keyboard and print. */
export function inReadingOrder(widgets: Widget[]): Widget[] {
  return widgets.toSorted((one, other) => one.layout.y - other.layout.y || one.layout.x - other.layout.x);
}
