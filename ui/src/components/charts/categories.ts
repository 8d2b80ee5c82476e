import {
  columnsOfKind,
  kindOf,
  labelOf,
  toNumber,
  toTime,
  type ResultColumn,
  type ResultData,
} from './result-data';
import { timeColumn } from './series';

export interface Category {
  name: string;
  values: number[];
  keys: { column: string; value: string }[];
}

export interface CategoryData {
  categories: Category[];
  /** Names of the values. */
  measures: string[];
}

/** Rows of (names..., numbers...) as named values. Without names each number is a category of its own. */
export function categoriesOf(data: ResultData): CategoryData {
  const numbers = columnsOfKind(data, 'number');
  const names = data.columns.filter((column) => kindOf(column) !== 'number');
  // A table of numbers alone: the first names the rest, as in (status, count).
  const labels = names.length === 0 && numbers.length > 1 ? numbers.slice(0, 1) : names;
  const measures = numbers.filter((column) => !labels.includes(column));
  if (measures.length === 0) return { categories: [], measures: [] };
  if (labels.length === 0) {
    const row = data.rows[0] ?? {};
    const categories = measures.map(({ name }) => ({ name, values: [toNumber(row[name]) ?? 0], keys: [] }));
    return { categories: data.rows.length === 0 ? [] : categories, measures: ['value'] };
  }
  return {
    measures: measures.map(({ name }) => name),
    categories: data.rows.map((row) => {
      const keys = labels.map(({ name }) => ({ column: name, value: labelOf(row[name]) }));
      return {
        name: keys.map(({ value }) => value).join(', '),
        values: measures.map(({ name }) => toNumber(row[name]) ?? 0),
        keys,
      };
    }),
  };
}

export interface HeatMapData {
  /** Milliseconds since 1970, or names. */
  x: (number | string)[];
  xIsTime: boolean;
  y: string[];
  cells: { x: number; y: number; value: number }[];
  most: number;
  yColumn: string;
}

/** Rows of (time or name, name or number, value). */
export function heatMapOf(data: ResultData): HeatMapData | null {
  const value = columnsOfKind(data, 'number').at(-1);
  const time = timeColumn(data);
  const axes = data.columns.filter((column) => column !== value);
  const x = time ?? axes[0];
  const y = axes.find((column) => column !== x);
  if (value === undefined || x === undefined || y === undefined) return null;
  const xIsTime = time !== null;
  const xOf = (row: Record<string, unknown>) => (xIsTime ? (toTime(row[x.name]) ?? 0) : labelOf(row[x.name]));
  const xs = distinctSorted(data.rows.map(xOf), xIsTime);
  const ys = distinctSorted(
    data.rows.map((row) => labelOf(row[y.name])),
    kindOf(y) === 'number',
  );
  const xAt = new Map(xs.map((one, index) => [one, index]));
  const yAt = new Map(ys.map((one, index) => [one, index]));
  const cells = data.rows.map((row) => ({
    x: xAt.get(xOf(row)) ?? 0,
    y: yAt.get(labelOf(row[y.name])) ?? 0,
    value: toNumber(row[value.name]) ?? 0,
  }));
  const most = cells.reduce((known, cell) => Math.max(known, cell.value), 0);
  return { x: xs, xIsTime, y: ys, cells, most, yColumn: y.name };
}

function distinctSorted<T extends number | string>(values: T[], byNumber: boolean): T[] {
  const distinct = [...new Set(values)];
  return byNumber
    ? distinct.sort((left, right) => Number(left) - Number(right))
    : distinct.sort((left, right) => String(left).localeCompare(String(right)));
}

export interface Bin {
  from: number;
  to: number;
  count: number;
}

const BINS = 30;

/** Bins of one column of raw numbers, or rows of (start of a bin, count) as they are. */
export function binsOf(data: ResultData): Bin[] {
  const numbers = columnsOfKind(data, 'number');
  const [first, second] = numbers;
  if (first === undefined) return [];
  return second === undefined ? binned(data.rows, first) : givenBins(data.rows, first, second);
}

function givenBins(rows: Record<string, unknown>[], start: ResultColumn, count: ResultColumn): Bin[] {
  const given = rows
    .flatMap((row) => {
      const from = toNumber(row[start.name]);
      return from === null ? [] : [{ from, count: toNumber(row[count.name]) ?? 0 }];
    })
    .sort((left, right) => left.from - right.from);
  const widths = given.slice(1).map(({ from }, index) => from - (given[index]?.from ?? from));
  // Bins that double, as of a logarithm, end where the next begins; others are all as wide as the narrowest.
  const doGrow =
    widths.length > 2 && widths.every((width, index) => index === 0 || width > (widths[index - 1] ?? 0));
  const narrowest = Math.min(...widths.filter((width) => width > 0), Number.MAX_VALUE);
  const size = narrowest === Number.MAX_VALUE ? 1 : narrowest;
  return given.map(({ from, count: rowsInside }, index) => {
    const width = doGrow ? (widths[index] ?? (widths.at(-1) ?? 1) * 2) : size;
    return { from, to: from + width, count: rowsInside };
  });
}

function binned(rows: Record<string, unknown>[], column: ResultColumn): Bin[] {
  const values = rows.flatMap((row) => toNumber(row[column.name]) ?? []);
  const least = values.reduce((known, value) => Math.min(known, value), Infinity);
  const most = values.reduce((known, value) => Math.max(known, value), -Infinity);
  if (values.length === 0) return [];
  const size = (most - least) / BINS || 1;
  const count = most === least ? 1 : BINS;
  const bins = Array.from({ length: count }, (_, index) => ({
    from: least + index * size,
    to: least + (index + 1) * size,
    count: 0,
  }));
  for (const value of values) {
    const bin = bins[Math.min(Math.floor((value - least) / size), count - 1)];
    if (bin !== undefined) bin.count += 1;
  }
  return bins;
}
