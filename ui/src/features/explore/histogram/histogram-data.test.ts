import { describe, expect, it } from 'vitest';
import type { HistogramResponse } from '@/api/types';
import { axisLabels } from '@/lib/time-range/axis';
import { brushedRange, histogramData } from './histogram-data';

const answer: HistogramResponse = {
  from: '2026-11-20T10:00:30Z',
  to: '2026-11-20T10:05:00Z',
  bucket_ms: 60_000,
  buckets: [
    { time: '2026-11-20T10:01:00Z', total: 3, levels: { error: 1, info: 2 } },
    { time: '2026-11-20T10:04:00Z', total: 1, levels: { info: 1 } },
  ],
  total: 4,
  sql: '',
  stats: { rows_read: 4, bytes_read: 10, elapsed_ms: 1 },
};

describe('histogram', () => {
  it('has the empty buckets too, aligned to those that are there', () => {
    const data = histogramData(answer);
    expect(data.times.map((time) => new Date(time).toISOString().slice(11, 16))).toEqual([
      '10:00',
      '10:01',
      '10:02',
      '10:03',
      '10:04',
    ]);
    expect(data.series).toEqual([
      { level: 'error', total: 1, counts: [0, 1, 0, 0, 0] },
      { level: 'info', total: 3, counts: [0, 2, 0, 0, 1] },
    ]);
  });

  it('turns a brush into a range within its own', () => {
    const data = histogramData(answer);
    expect(brushedRange(data, 3, 0)).toEqual({
      from: Date.parse('2026-11-20T10:00:30Z'),
      to: Date.parse('2026-11-20T10:04:00Z'),
    });
  });

  it('of nothing has no buckets', () => {
    expect(histogramData({ ...answer, to: answer.from, buckets: [], total: 0 }).times).toEqual([]);
    expect(histogramData({ ...answer, from: '', to: '', buckets: [], total: 0 }).times).toEqual([]);
  });
});

describe('the axis', () => {
  const minutes = (count: number, stepMs: number) =>
    Array.from({ length: count }, (_, index) => Date.parse('2026-11-20T23:45:00Z') + index * stepMs);

  it('has labels at round times, and the date at midnight', () => {
    const labels = axisLabels(minutes(31, 60_000), 'utc', 7).filter((label) => label !== null);
    expect(labels).toEqual(['23:45', '23:50', '23:55', '11-21', '00:05', '00:10', '00:15']);
  });

  it('has labels where buckets are not round', () => {
    const labels = axisLabels(minutes(100, 7_000), 'utc', 6).filter((label) => label !== null);
    expect(labels).toEqual(['23:46', '23:48', '23:50', '23:52', '23:54', '23:56'].slice(0, labels.length));
    expect(labels.length).toBeGreaterThan(2);
  });

  it('of no buckets has none', () => {
    expect(axisLabels([], 'utc', 5)).toEqual([]);
  });
});

it('labels no more buckets of many years than there is room for', () => {
  const times = Array.from({ length: 85 }, (_, index) => Date.UTC(2005, 0, 1) + index * 90 * 86_400_000);
  const labelled = axisLabels(times, 'utc', 5).filter((label) => label !== null);
  expect(labelled.length).toBeGreaterThan(2);
  expect(labelled.length).toBeLessThanOrEqual(5);
});
