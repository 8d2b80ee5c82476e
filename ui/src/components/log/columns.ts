import { canonicalField } from '@/lib/query-language/syntax';

export const DEFAULT_COLUMNS = ['time', 'level', 'service', 'message'];

export interface ColumnLayout {
  name: string;
  title: string;
  /** Pixels; null takes what the others leave. */
  width: number | null;
  /** Pixels from the left edge where the column stays when the others scroll; of pinned columns alone. */
  pinnedAt?: number;
}

const WIDTHS: Record<string, number> = {
  time: 178,
  level: 44,
  service: 132,
  host: 132,
  trace_id: 264,
  span_id: 140,
};
const TITLES: Record<string, string> = { level: 'sev' };
const OTHER_WIDTH = 160;
/** What stands at the left of a row before its first cell. */
const ROW_INSET = 8;
export const MINIMUM_WIDTH = 40;
export const MAXIMUM_WIDTH = 1_600;

/** Columns left to right with their widths; the message, or else the last column, takes what is left. */
export function layOutColumns(
  names: string[],
  widths: Partial<Record<string, number>>,
  pinned = 0,
): ColumnLayout[] {
  const flexible = names.includes('message') ? 'message' : names.at(-1);
  let left = ROW_INSET;
  return names.map((name, index) => ({
    name,
    title: TITLES[name] ?? name,
    ...widthAndPlace(name === flexible ? null : (widths[name] ?? WIDTHS[name] ?? OTHER_WIDTH), index),
  }));

  function widthAndPlace(width: number | null, index: number): Pick<ColumnLayout, 'width' | 'pinnedAt'> {
    // What takes the rest has no width of its own to be pinned with.
    if (index >= pinned || width === null) return { width };
    const pinnedAt = left;
    left += width;
    return { width, pinnedAt };
  }
}

/** The tracks of the rows' CSS grid. */
export function gridTemplate(columns: ColumnLayout[]): string {
  return columns.map(({ width }) => (width === null ? 'minmax(240px, 1fr)' : `${width}px`)).join(' ');
}

/** Width below which the table scrolls sideways. */
export function minimumTableWidth(columns: ColumnLayout[]): number {
  return columns.reduce((sum, { width }) => sum + (width ?? 240), 0);
}

/** Adds a column before the message, where it is in sight, or takes it away. The last column stays. */
export function toggleColumn(columns: string[], field: string): string[] {
  const name = canonicalField(field);
  if (columns.includes(name))
    return columns.length === 1 ? columns : columns.filter((other) => other !== name);
  const message = columns.indexOf('message');
  const at = message === -1 || message !== columns.length - 1 ? columns.length : message;
  return [...columns.slice(0, at), name, ...columns.slice(at)];
}

/** Moves a column by `steps` places, as far as there are places. */
export function moveColumn(columns: string[], name: string, steps: number): string[] {
  const from = columns.indexOf(name);
  if (from === -1) return columns;
  const to = Math.min(Math.max(from + steps, 0), columns.length - 1);
  const rest = columns.filter((other) => other !== name);
  return [...rest.slice(0, to), name, ...rest.slice(to)];
}

/** Puts a column where another one stands. */
export function placeColumn(columns: string[], name: string, target: string): string[] {
  return moveColumn(columns, name, columns.indexOf(target) - columns.indexOf(name));
}
