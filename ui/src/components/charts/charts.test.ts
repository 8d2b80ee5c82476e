import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { binsOf, categoriesOf, heatMapOf } from './categories';
import { changeOf, figureOf, sparkPath } from './number';
import { toneOf } from './options';
import { SeriesColours } from './palette';
import { kindOf, toTime, type ResultData } from './result-data';
import { bucketAt, seriesOf } from './series';

const perMinute: ResultData = {
  shape: 'time_series',
  bucket_seconds: 60,
  columns: [
    { name: 'time', type: 'DateTime' },
    { name: 'level', type: 'LowCardinality(String)' },
    { name: 'count()', type: 'UInt64' },
  ],
  rows: [
    { time: '2026-11-20T10:00:00Z', level: 'info', 'count()': '7' },
    { time: '2026-11-20T10:03:00Z', level: 'error', 'count()': 2 },
    { time: '2026-11-20T10:03:00Z', level: 'info', 'count()': 1 },
  ],
};

describe('series', () => {
  it('are one for each name, the greatest first, with every bucket', () => {
    const { times, series } = seriesOf(perMinute);
    expect(times.map((time) => new Date(time).toISOString().slice(11, 16))).toEqual([
      '10:00',
      '10:01',
      '10:02',
      '10:03',
    ]);
    expect(series.map(({ name, values }) => [name, values])).toEqual([
      ['info', [7, 0, 0, 1]],
      ['error', [0, 0, 0, 2]],
    ]);
  });

  it('reach over all of the time that was asked about', () => {
    const span = { from: Date.parse('2026-11-20T09:58:30Z'), to: Date.parse('2026-11-20T10:05:00Z') };
    const { times, series } = seriesOf({ ...perMinute, span });
    expect(times.map((time) => new Date(time).toISOString().slice(11, 16))).toEqual([
      '09:58',
      '09:59',
      '10:00',
      '10:01',
      '10:02',
      '10:03',
      '10:04',
    ]);
    expect(series[0]).toMatchObject({ name: 'info', values: [0, 0, 7, 0, 0, 1, 0], last: 1 });
    // Far too many buckets: those with something in them.
    expect(seriesOf({ ...perMinute, span: { from: 0, to: span.to } }).times).toHaveLength(4);
  });

  it('of HTTP status codes are as grave as their class, and no two of one class look the same', () => {
    const colours = new SeriesColours();
    expect(['2xx', '200', '201', '204'].map((name) => colours.tokenOf(name))).toEqual([
      '--chart-info',
      '--chart-info-2',
      '--chart-info-3',
      '--chart-info-4',
    ]);
    expect(colours.tokenOf('200')).toBe('--chart-info-2');
    expect(colours.tokenOf('404')).toBe('--chart-warn');
    expect(colours.tokenOf('503')).toBe('--chart-error');
    expect(colours.tokenOf('302')).toBe('--chart-debug');
    expect(colours.tokenOf('299')).toMatch(/^--series-/);
  });

  it('of what a limit leaves out comes last, in grey', () => {
    const rows = perMinute.rows.map((row) => ({ ...row, level: row.level === 'info' ? 'other' : 'cart' }));
    const { series } = seriesOf({ ...perMinute, rows });
    expect(series.map(({ name }) => name)).toEqual(['cart', 'other']);
    expect(new SeriesColours().tokenOf('other')).toBe('--chart-unknown');
  });

  it('of means have gaps where nothing is known, and take the step from the times', () => {
    const { times, series } = seriesOf({
      columns: [
        { name: 'minute', type: "DateTime('UTC')" },
        { name: 'mean', type: 'Nullable(Float64)' },
      ],
      rows: [
        { minute: '2026-11-20 10:00:00', mean: 1.5 },
        { minute: '2026-11-20 10:01:00', mean: null },
        { minute: '2026-11-20 10:03:00', mean: 4 },
      ],
    });
    expect(times.length).toBe(4);
    expect(series[0]?.values).toEqual([1.5, null, null, 4]);
  });

  it('find the bucket of a time', () => {
    const data = seriesOf(perMinute);
    expect(bucketAt(data, Date.parse('2026-11-20T10:01:59Z'))).toBe(1);
    expect(bucketAt(data, Date.parse('2026-11-20T10:04:00Z'))).toBe(-1);
    expect(bucketAt(data, Date.parse('2026-11-20T09:59:59Z'))).toBe(-1);
  });
});

describe('categories', () => {
  it('name values by all columns that are no numbers, empty ones too', () => {
    const { categories, measures } = categoriesOf({
      columns: [
        { name: 'service', type: 'String' },
        { name: 'level', type: 'String' },
        { name: 'rows', type: 'UInt64' },
      ],
      rows: [{ service: 'api', level: '', rows: '3' }],
    });
    expect(measures).toEqual(['rows']);
    expect(categories[0]).toMatchObject({ name: 'api, (empty)', values: [3] });
  });

  it('of numbers alone are named by the first of them', () => {
    const { categories } = categoriesOf({
      columns: [
        { name: 'status', type: 'UInt16' },
        { name: 'rows', type: 'UInt64' },
      ],
      rows: [
        { status: 200, rows: 5 },
        { status: 404, rows: 1 },
      ],
    });
    expect(categories.map(({ name, values }) => [name, values[0]])).toEqual([
      ['200', 5],
      ['404', 1],
    ]);
  });

  it('fall into bins by equal steps, and bins that came as such stay', () => {
    const raw = binsOf({
      columns: [{ name: 'ms', type: 'Float64' }],
      rows: [0, 10, 29.9, 30].map((ms) => ({ ms })),
    });
    expect(raw.map(({ count }) => count).reduce((sum, count) => sum + count, 0)).toBe(4);
    expect(raw.at(-1)).toMatchObject({ to: 30, count: 2 });
    const given = binsOf({
      columns: [
        { name: 'bin', type: 'Float64' },
        { name: 'rows', type: 'UInt64' },
      ],
      rows: [
        { bin: 100, rows: 1 },
        { bin: 0, rows: 9 },
        { bin: 50, rows: 4 },
      ],
    });
    expect(given).toEqual([
      { from: 0, to: 50, count: 9 },
      { from: 50, to: 100, count: 4 },
      { from: 100, to: 150, count: 1 },
    ]);
  });

  it('by time and name make a heat map', () => {
    const map = heatMapOf(perMinute);
    expect(map?.xIsTime).toBe(true);
    expect(map?.y).toEqual(['error', 'info']);
    expect(map?.most).toBe(7);
  });
});

describe('a figure', () => {
  it('is the number of a row, or what a series comes to', () => {
    const one = { columns: [{ name: 'n', type: 'UInt64' }], rows: [{ n: '12' }] };
    expect(figureOf(one)).toEqual({ value: 12, spark: [] });
    expect(figureOf(perMinute, 'sum')).toEqual({ value: 10, spark: [7, 0, 0, 3] });
    expect(figureOf(perMinute, 'last')?.value).toBe(3);
    expect(figureOf({ ...one, rows: [] })).toBeNull();
  });

  it('changes against what was before', () => {
    expect(changeOf(3, 2)).toBeCloseTo(0.5);
    expect(changeOf(3, 0)).toBeNull();
  });

  it('has a line with gaps', () => {
    expect(sparkPath([0, null, 4, 2])).toBe('M0.00 100.00M66.67 0.00L100.00 50.00');
  });

  it('has the tone of the highest threshold it reaches', () => {
    const thresholds = [
      { value: 90, tone: 'bad' as const },
      { value: 50, tone: 'caution' as const },
    ];
    expect([49, 50, 95].map((value) => toneOf(value, thresholds))).toEqual([null, 'caution', 'bad']);
  });
});

it('reads types and times as ClickHouse writes them', () => {
  expect(kindOf({ name: 'x', type: 'LowCardinality(Nullable(UInt8))' })).toBe('number');
  expect(kindOf({ name: 'x', type: 'DateTime64(9)' })).toBe('time');
  expect(kindOf({ name: 'x', type: 'Map(String, UInt8)' })).toBe('text');
  expect(toTime('2026-11-20 10:00:00.5')).toBe(Date.parse('2026-11-20T10:00:00.500Z'));
  expect(toTime('2026-11-20')).toBe(Date.parse('2026-11-20T00:00:00Z'));
});

describe('colours', () => {
  it('stay with their name, are all used before one is used twice, and leave severities theirs', () => {
    const colours = new SeriesColours();
    const names = ['api', 'cart', 'mail', 'web', 'db', 'auth', 'queue', 'cron'];
    const first = names.map((name) => colours.tokenOf(name));
    expect(new Set(first).size).toBe(8);
    expect(names.toReversed().map((name) => colours.tokenOf(name))).toEqual(first.toReversed());
    expect(colours.tokenOf('Warning')).toBe('--chart-warn');
  });

  it.each(['light', 'dark'])('are told apart with deuteranopia: %s', (theme) => {
    const css = readFileSync('src/app/tokens.css', 'utf8');
    const [light = '', dark = ''] = css.split("[data-mantine-color-scheme='dark']");
    const seen = [...(theme === 'light' ? light : dark).matchAll(/--series-\d: #([0-9a-f]{6})/g)].map(
      (match) => labOf(deuteranopia(match[1] ?? '')),
    );
    expect(seen.length).toBe(8);
    const distances = seen.flatMap((one, index) =>
      seen.slice(index + 1).map((other) => Math.hypot(...one.map((part, at) => part - (other[at] ?? 0)))),
    );
    expect(Math.min(...distances)).toBeGreaterThan(20);
  });
});

/** Linear RGB as an eye without green cones sees it (Machado, Oliveira and Fernandes 2009). */
function deuteranopia(hex: string): number[] {
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return [
    0.367322 * red + 0.860646 * green - 0.227968 * blue,
    0.280085 * red + 0.672501 * green + 0.047413 * blue,
    -0.01182 * red + 0.04294 * green + 0.968881 * blue,
  ].map((part) => Math.min(Math.max(part, 0), 1));
}

function labOf([red = 0, green = 0, blue = 0]: number[]): number[] {
  const f = (part: number) => (part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116);
  const x = f((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505);
  const y = f(0.2126 * red + 0.7152 * green + 0.0722 * blue);
  const z = f((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}
