import {
  columnsOfKind,
  isCount,
  kindOf,
  labelOf,
  toNumber,
  toTime,
  type ResultColumn,
  type ResultData,
} from './result-data';
import { REST } from './palette';

export interface Series {
  name: string;
  /** One for each time; `null` is a gap. */
  values: (number | null)[];
  /** Of all values. */
  total: number;
  last: number | null;
  /** What a click on it filters by: the columns that name it. */
  keys: { column: string; value: string }[];
}

export interface SeriesData {
  /** Milliseconds since 1970 at which each bucket begins, in order and without holes. */
  times: number[];
  bucketMs: number;
  series: Series[];
  /** Series that were left out, as there are too many to tell apart. */
  hidden: number;
}

const BUCKETS_LIMIT = 3_000;
const SERIES_LIMIT = 24;

export const NO_SERIES: SeriesData = { times: [], bucketMs: 1, series: [], hidden: 0 };

/** The column of times: the first of the answer where it is a time series, else the first of this type. */
export function timeColumn(data: ResultData): ResultColumn | null {
  if (data.shape === 'time_series') return data.columns[0] ?? null;
  return columnsOfKind(data, 'time')[0] ?? null;
}

/**
 * Rows of (time, names..., numbers...) as a series for each combination of names and each number. Missing buckets are
 * filled: counts with zero, anything else is a gap.
 */
export function seriesOf(data: ResultData): SeriesData {
  const time = timeColumn(data);
  if (time === null) return NO_SERIES;
  const names = data.columns.filter((column) => column !== time && kindOf(column) === 'text');
  const numbers = data.columns.filter((column) => column !== time && kindOf(column) === 'number');
  const points = data.rows.flatMap((row) => {
    const at = toTime(row[time.name]);
    return at === null ? [] : [{ at, row }];
  });
  if (points.length === 0 || numbers.length === 0) return NO_SERIES;
  const { times, bucketMs } = bucketsOf(
    points.map(({ at }) => at),
    data.bucket_seconds ?? null,
    data.span ?? null,
  );
  const index = new Map(times.map((at, position) => [at, position]));
  const series = new Map<string, Series>();
  const lastAt = new Map<Series, number>();
  for (const { at, row } of points) {
    const position = index.get(at);
    if (position === undefined) continue;
    const keys = names.map(({ name }) => ({ column: name, value: labelOf(row[name]) }));
    const label = keys.map(({ value }) => value).join(', ');
    for (const number of numbers) {
      const name = label === '' ? number.name : numbers.length === 1 ? label : `${label}: ${number.name}`;
      let one = series.get(name);
      if (one === undefined) {
        const filler = isCount(number) ? 0 : null;
        one = {
          name,
          values: new Array<number | null>(times.length).fill(filler),
          total: 0,
          last: null,
          keys,
        };
        series.set(name, one);
      }
      const value = toNumber(row[number.name]);
      one.values[position] = value;
      // Of what was answered: behind it there may be buckets that nothing fell into yet.
      if (value !== null && position >= (lastAt.get(one) ?? 0)) {
        one.last = value;
        lastAt.set(one, position);
      }
    }
  }
  const all = [...series.values()];
  for (const one of all) one.total = one.values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const rank = ({ name, total }: Series) => (name === REST ? -1 : total);
  if (names.length > 0) all.sort((left, right) => rank(right) - rank(left));
  return {
    times,
    bucketMs,
    series: all.slice(0, SERIES_LIMIT),
    hidden: Math.max(all.length - SERIES_LIMIT, 0),
  };
}

/** Every bucket of the span, else from the first time to the last. Times that fit no regular step stay as they are. */
function bucketsOf(
  given: number[],
  bucketSeconds: number | null,
  span: ResultData['span'],
): { times: number[]; bucketMs: number } {
  const distinct = [...new Set(given)].sort((left, right) => left - right);
  const first = distinct[0] ?? 0;
  const last = distinct.at(-1) ?? first;
  const steps = distinct.slice(1).map((at, position) => at - (distinct[position] ?? at));
  const isKnown = bucketSeconds !== null && bucketSeconds > 0;
  const bucketMs = isKnown ? bucketSeconds * 1_000 : Math.min(...steps, last - first || 60_000);
  const count = Math.round((last - first) / bucketMs) + 1;
  const isRegular = count <= BUCKETS_LIMIT && distinct.every((at) => (at - first) % bucketMs === 0);
  if (!isRegular) return { times: distinct, bucketMs };
  const wanted = isKnown && span != null ? span : { from: first, to: last };
  const before = Math.max(Math.ceil((first - wanted.from) / bucketMs), 0);
  const after = Math.max(Math.ceil((wanted.to - last) / bucketMs) - 1, 0);
  const fits = before + count + after <= BUCKETS_LIMIT;
  const start = fits ? first - before * bucketMs : first;
  const length = fits ? before + count + after : count;
  return { times: Array.from({ length }, (_, position) => start + position * bucketMs), bucketMs };
}

/** The bucket that holds a time; -1 where it is before the first or after the last. */
export function bucketAt(data: SeriesData, time: number): number {
  const last = data.times.at(-1);
  if (last === undefined || time >= last + data.bucketMs) return -1;
  return data.times.findLastIndex((start) => start <= time);
}
