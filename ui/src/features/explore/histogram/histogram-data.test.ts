import { describe, expect, it } from 'vitest';
import type { HistogramResponse } from '@/api/types';
import { brushedRange, histogramData, histogramRows } from './histogram-data';

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

  it('is a table without the empty ones', () => {
    expect(histogramRows(histogramData(answer)).map(({ total, levels }) => [total, levels])).toEqual([
      [
        3,
        [
          ['error', 1],
          ['info', 2],
        ],
      ],
      [1, [['info', 1]]],
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
  });
});
