import { useMemo, useState } from 'react';
import { usePreferences } from '@/lib/preferences/preferences';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { orderOf, type Filters, type Sort } from './order';
import type { ResultColumn, ResultRow } from './result';
import { fittingWidth, MIN_WIDTH_PX } from './widths';

export interface Answer {
  /** Another answer has another id: widths and order start anew. */
  id: string | number;
  columns: readonly ResultColumn[];
  /** Grows in place while the answer comes in; `count` says how far. */
  rows: readonly ResultRow[];
  count: number;
}

export interface GridView {
  columns: readonly ResultColumn[];
  rowCount: number;
  rowAt: (place: number) => ResultRow | undefined;
  /** Number of the row in the answer, from 0. */
  numberAt: (place: number) => number;
  zone: TimeZone;
  widths: readonly number[];
  sort: Sort | null;
  filters: Filters;
  setSort: (sort: Sort | null) => void;
  setFilter: (column: string, text: string) => void;
  clearFilters: () => void;
  /** `null` fits the column to what it holds. */
  setWidth: (column: string, width: number | null) => void;
}

interface Choices {
  id: string | number;
  shape: string;
  sort: Sort | null;
  filters: Filters;
  widths: Readonly<Record<string, number>>;
}

const FIRST_ROWS = 100;

/** Order, filters and widths of one answer; widths outlive a run that brings the same columns again. */
export function useGridView({ id, columns, rows, count }: Answer): GridView {
  const [{ timeZone }] = usePreferences();
  const shape = columns.map(({ name, type }) => `${name} ${type}`).join('\n');
  const none: Choices = { id, shape, sort: null, filters: {}, widths: {} };
  const [stored, setStored] = useState<Choices>(none);
  // Kept over a run that has no columns yet, so that the same statement run again keeps its order.
  const isOurs = stored.shape === shape || columns.length === 0;
  const choices = isOurs ? stored : none;
  const change = (next: Partial<Choices>): void => setStored({ ...choices, shape, ...next });

  const order = useMemo(
    () => orderOf(columns, rows, count, choices.sort, choices.filters),
    [columns, rows, count, choices.sort, choices.filters],
  );
  const sampled = Math.min(count, FIRST_ROWS);
  const fitting = useMemo(
    () => columns.map((column) => fittingWidth(column, rows.slice(0, sampled), timeZone)),
    [columns, rows, sampled, timeZone],
  );
  return {
    columns,
    rowCount: order === null ? count : order.length,
    rowAt: (place) => rows[order === null ? place : (order[place] ?? -1)],
    numberAt: (place) => (order === null ? place : (order[place] ?? place)),
    zone: timeZone,
    widths: columns.map(({ name }, index) => choices.widths[name] ?? fitting[index] ?? MIN_WIDTH_PX),
    sort: choices.sort,
    filters: choices.filters,
    setSort: (sort) => change({ sort }),
    setFilter: (column, text) => {
      const rest = without(choices.filters, column);
      change({ filters: text.trim() === '' ? rest : { ...rest, [column]: text } });
    },
    clearFilters: () => change({ filters: {} }),
    setWidth: (column, width) => {
      const rest = without(choices.widths, column);
      change({
        widths: width === null ? rest : { ...rest, [column]: Math.max(Math.round(width), MIN_WIDTH_PX) },
      });
    },
  };
}

function without<T>(choices: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(choices).filter(([other]) => other !== name));
}
