import type { WidgetKind } from '@/api/dashboards';
import { hasPipe } from '@/lib/query-language/pipe';
import { isTimechart } from '@/lib/query-language/pipes';
import type { AddedKind } from './addition';

const STACKED = { style: 'stacked_bar' };

const PLAIN: AddedKind[] = [
  { value: 'time_series', label: 'Rows over time', options: STACKED },
  { value: 'logs', label: 'Log rows' },
  { value: 'number', label: 'Number of rows' },
  { value: 'pie', label: 'Rows by level' },
];

const TIME_SERIES: AddedKind = { value: 'time_series', label: 'Time series', options: STACKED };
const TABLE: AddedKind = { value: 'table', label: 'Table' };
const PIPED: AddedKind[] = [
  { value: 'bar', label: 'Bars' },
  { value: 'top_list', label: 'Top list' },
  { value: 'pie', label: 'Pie' },
  { value: 'number', label: 'Number' },
];

/** What can show a search, the best first. */
export function searchKinds(query: string): AddedKind[] {
  if (!hasPipe(query)) return PLAIN;
  const isOverTime = isTimechart(query);
  return [...(isOverTime ? [TIME_SERIES, TABLE] : [TABLE, TIME_SERIES]), ...PIPED];
}

/** With what is on screen at the front, drawn as it is there. */
export function withShown(kinds: AddedKind[], shown: WidgetKind | null): AddedKind[] {
  const found = kinds.find(({ value }) => value === shown);
  if (found === undefined) return kinds;
  const { value, label } = found;
  return [{ value, label }, ...kinds.filter((kind) => kind !== found)];
}
