import { describe, expect, it } from 'vitest';
import { formatBytes, formatCompact, formatCount, formatCountOf, formatDuration } from './numbers';
import { formatValue } from './units';
import { formatSpan, formatTime, formatTimeExact, formatTimeToSecond } from './time';

/** Kinds of space are told apart where they matter; elsewhere a plain one is easier to read. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

describe('numbers', () => {
  it('has thin spaces between groups of three digits', () => {
    expect([0, 999, 1000, 1284220, -12345].map(formatCount)).toEqual([
      '0',
      '999',
      '1\u2009000',
      '1\u2009284\u2009220',
      '−12\u2009345',
    ]);
    expect(formatCount(1234.5)).toBe('1\u2009234.5');
  });

  it('agrees with its noun', () => {
    expect(plain(formatCountOf(1, 'row'))).toBe('1 row');
    expect(plain(formatCountOf(0, 'row'))).toBe('0 rows');
    expect(plain(formatCountOf(2, 'batch', 'batches'))).toBe('2 batches');
  });

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [3200, '3.2 kB'],
    [999_400, '999 kB'],
    [999_600, '1 MB'],
    [2_254_000_000, '2.25 GB'],
    [48_300_000, '48.3 MB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(plain(formatBytes(bytes))).toBe(text);
  });

  it.each([
    [0, '0'],
    [950, '950'],
    [84_000, '84 k'],
    [1_284_220, '1.28 M'],
  ])('%d is %s in short', (count, text) => {
    expect(plain(formatCompact(count))).toBe(text);
  });

  it.each([
    [0, '0 ms'],
    [0.4, '<1 ms'],
    [182.4, '182 ms'],
    [999.6, '1 s'],
    [4200, '4.2 s'],
    [42_300, '42 s'],
    [59_960, '1 min'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
    [7_200_000, '2 h'],
    [273_600_000, '3 d 4 h'],
  ])('%d ms are %s', (milliseconds, text) => {
    expect(plain(formatDuration(milliseconds))).toBe(text);
  });
});

describe('times', () => {
  const time = '2026-11-20T00:00:03.123456789Z';

  it('cuts to milliseconds in tables and keeps every digit where it is exact', () => {
    expect(formatTime(time, 'utc')).toBe('2026-11-20 00:00:03.123');
    expect(formatTime('2026-11-20T00:00:03Z', 'utc')).toBe('2026-11-20 00:00:03.000');
    expect(formatTimeToSecond(time, 'utc')).toBe('2026-11-20 00:00:03');
    expect(formatTimeExact(time, 'utc')).toBe('2026-11-20 00:00:03.123456789 UTC');
  });

  it('shows local time with its offset', () => {
    expect(formatTimeExact(time, 'local')).toBe('2026-11-20 01:00:03.123456789 UTC+01:00');
    expect(formatTimeExact('2026-07-01T00:00:00Z', 'local')).toBe('2026-07-01 02:00:00 UTC+02:00');
  });

  it('leaves alone what is no time', () => {
    expect(formatTime('soon', 'utc')).toBe('soon');
  });

  it('writes the day of a span once', () => {
    expect(formatSpan('2026-11-20T10:00:00Z', '2026-11-20T11:30:00Z', 'utc')).toBe(
      '2026-11-20 10:00:00 to 11:30:00',
    );
    expect(formatSpan('2026-11-20T10:00:00Z', '2026-11-21T11:30:00Z', 'utc')).toBe(
      '2026-11-20 10:00:00 to 2026-11-21 11:30:00',
    );
    expect(formatSpan('2026-11-20T10:00:00Z', '2026-11-20T10:00:00Z', 'utc')).toBe('2026-11-20 10:00:00');
  });
});

describe('values with units', () => {
  it.each([
    [1_204, 'none', '1 204'],
    [0.123456, 'none', '0.123'],
    [3_200, 'bytes', '3.2 kB'],
    [-1_500, 'ms', '−1.5 s'],
    [250_000, 'ns', '250 µs'],
    [12.34, 'percent', '12.3 %'],
    [0.5, 'share', '50 %'],
    [1_280_000, 'compact', '1.28 M'],
    [Number.NaN, 'none', '–'],
  ] as const)('%d as %s is %s', (value, unit, text) => {
    expect(formatValue(value, unit).replaceAll(/[\u2009\u00a0]/g, ' ')).toBe(text);
  });
});
