import type { Reduction } from './options';
import { columnsOfKind, toNumber, type ResultData } from './result-data';
import { seriesOf, timeColumn } from './series';

export interface Figure {
  value: number;
  /** Over time, where there is one. */
  spark: (number | null)[];
}

/** One figure of an answer: a single number as it is, a series by its reduction. */
export function figureOf(data: ResultData, reduce: Reduction = 'sum'): Figure | null {
  if (timeColumn(data) !== null && columnsOfKind(data, 'number').length > 0 && data.rows.length > 0) {
    const all = seriesOf({ ...data, span: null });
    const spark = all.times.map((_, index) => {
      const known = all.series.flatMap(({ values }) => values[index] ?? []);
      return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
    });
    const value = reduced(
      spark.filter((one) => one !== null),
      reduce,
    );
    return value === null ? null : { value, spark };
  }
  const column = columnsOfKind(data, 'number')[0];
  const values = column === undefined ? [] : data.rows.flatMap((row) => toNumber(row[column.name]) ?? []);
  const value = data.rows.length === 1 ? (values[0] ?? null) : reduced(values, reduce);
  return value === null ? null : { value, spark: [] };
}

function reduced(values: number[], reduce: Reduction): number | null {
  if (values.length === 0) return null;
  const sum = values.reduce((known, value) => known + value, 0);
  switch (reduce) {
    case 'last':
      return values.at(-1) ?? null;
    case 'sum':
      return sum;
    case 'mean':
      return sum / values.length;
    case 'min':
      return Math.min(...values);
    case 'max':
      return Math.max(...values);
  }
}

/** Change against the time before as a share; `null` where that was nothing. */
export function changeOf(now: number, before: number): number | null {
  return before === 0 ? null : (now - before) / Math.abs(before);
}

/** An SVG path through the values in a box of 100 by 100, gaps left open. */
export function sparkPath(values: (number | null)[]): string {
  const known = values.filter((value) => value !== null);
  const least = Math.min(...known, 0);
  const most = Math.max(...known, least + Number.MIN_VALUE);
  const step = 100 / Math.max(values.length - 1, 1);
  let isOpen = false;
  return values
    .map((value, index) => {
      if (value === null) {
        isOpen = false;
        return '';
      }
      const command = isOpen ? 'L' : 'M';
      isOpen = true;
      return `${command}${(index * step).toFixed(2)} ${(100 - ((value - least) / (most - least)) * 100).toFixed(2)}`;
    })
    .join('');
}
