import type { TimeZone } from '@/lib/time-range/time-zone';
import { cellText } from './cell-text';
import type { ResultColumn, ResultRow } from './result';

const CHARACTER_PX = 7.3;
const PADDING_PX = 18;
const HEADER_PX = 34;
export const MIN_WIDTH_PX = 56;
const MAX_WIDTH_PX = 420;
const SAMPLE_ROWS = 100;

/** Width of a column by what it holds: enough for its title and the first rows, within limits. */
export function fittingWidth(column: ResultColumn, rows: readonly ResultRow[], zone: TimeZone): number {
  let characters = 0;
  for (const row of rows.slice(0, SAMPLE_ROWS)) {
    characters = Math.max(characters, cellText(row[column.name], column, zone).text.length);
  }
  const content = characters * CHARACTER_PX + PADDING_PX;
  const title = column.name.length * CHARACTER_PX + HEADER_PX;
  return Math.round(Math.min(Math.max(content, title, MIN_WIDTH_PX), MAX_WIDTH_PX));
}
