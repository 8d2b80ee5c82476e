import { describe, expect, it } from 'vitest';
import type { Clock } from './parse-point';
import { parseRange } from './parse-range';
import { formatLength, formatRange, PRESETS, resolveRange, shiftRange, zoomOut } from './range';

/** Local time, so that the tests hold in every zone. */
const at = (year: number, month: number, day: number, hour = 0, minute = 0, second = 0, millisecond = 0) =>
  new Date(year, month - 1, day, hour, minute, second, millisecond).toISOString();
const NOW = new Date(2026, 10, 22, 22, 30).getTime();
const CLOCK: Clock = { now: NOW, zone: 'local' };

describe('parseRange', () => {
  it.each([
    ['15m', 'now-15m', 'now'],
    ['last 15 minutes', 'now-15m', 'now'],
    ['past 2 hours', 'now-2h', 'now'],
    ['last hour', 'now-1h', 'now'],
    ['2h ago', 'now-2h', 'now'],
    ['2h ago to now', 'now-2h', 'now'],
    ['2h to 1h', 'now-2h', null],
    ['now-15m', 'now-15m', 'now'],
    ['now-1d to now-12h', 'now-1d', 'now-12h'],
    ['-30 min', 'now-30m', 'now'],
    ['an hour ago', 'now-1h', 'now'],
    ['2026-11-20 10:00 to 11:00', at(2026, 11, 20, 10), at(2026, 11, 20, 11)],
    ['2026-11-20 10:00 - 2026-11-21 11:30:15.5', at(2026, 11, 20, 10), at(2026, 11, 21, 11, 30, 15, 500)],
    ['2026-11-20', at(2026, 11, 20), at(2026, 11, 21)],
    ['2026-11-20 to 2026-11-21', at(2026, 11, 20), at(2026, 11, 22)],
    ['2026-11-20 10:00', at(2026, 11, 20, 10), at(2026, 11, 20, 10, 1)],
    ['2026/11/20 10:00..11:00', at(2026, 11, 20, 10), at(2026, 11, 20, 11)],
    ['yesterday', at(2026, 11, 21), at(2026, 11, 22)],
    ['yesterday 10:00 to 2pm', at(2026, 11, 21, 10), null],
    ['yesterday 10:00 to 2:00pm', at(2026, 11, 21, 10), at(2026, 11, 21, 14)],
    ['since yesterday', at(2026, 11, 21), 'now'],
    ['since 2h', 'now-2h', 'now'],
    ['Nov 20 10:00 to 11:00', at(2026, 11, 20, 10), at(2026, 11, 20, 11)],
    ['20 November 2025', at(2025, 11, 20), at(2025, 11, 21)],
    ['Dec 24', at(2025, 12, 24), at(2025, 12, 25)],
    ['10:00 to 11:00', at(2026, 11, 22, 10), at(2026, 11, 22, 11)],
    ['23:00 to 23:30', at(2026, 11, 21, 23), at(2026, 11, 21, 23, 30)],
    ['10:00 ± 5m', at(2026, 11, 22, 9, 55), at(2026, 11, 22, 10, 5)],
    [
      '2026-11-20T10:00:00Z to 2026-11-20T12:00:00+01:00',
      '2026-11-20T10:00:00.000Z',
      '2026-11-20T11:00:00.000Z',
    ],
    ['1763632800 to 1763636400', '2025-11-20T10:00:00.000Z', '2025-11-20T11:00:00.000Z'],
    ['until 2026-11-20', null, at(2026, 11, 20)],
    ['all time', null, null],
  ])('%s', (text, from, to) => {
    const parsed = parseRange(text, CLOCK);
    if (to === null && from !== null) expect(parsed).toHaveProperty('problem');
    else expect(parsed).toEqual({ range: { from, to } });
  });

  it.each(['', 'soon', '2026-02-31', '25:70', '11:00 to 10:00', '2h ago to 3h ago', '15 parsecs'])(
    'refuses %s',
    (text) => {
      expect(parseRange(text, CLOCK)).toHaveProperty('problem');
    },
  );
});

describe('ranges', () => {
  it('are said in words', () => {
    expect(formatRange({ from: 'now-15m', to: 'now' }, 'local')).toBe('Last 15 min');
    expect(formatRange({ from: 'now-1h', to: 'now' }, 'local')).toBe('Last hour');
    expect(formatRange({ from: null, to: null }, 'local')).toBe('All time');
    expect(formatRange({ from: at(2026, 11, 20, 10), to: at(2026, 11, 20, 11) }, 'local')).toBe(
      '2026-11-20 10:00 to 11:00',
    );
    expect(formatRange({ from: at(2026, 11, 20, 10), to: at(2026, 11, 21, 11, 0, 3) }, 'local')).toBe(
      '2026-11-20 10:00 to 2026-11-21 11:00:03',
    );
    expect(formatRange({ from: at(2026, 11, 20, 10), to: 'now' }, 'local')).toBe('Since 2026-11-20 10:00');
    expect(formatRange({ from: 'now-2h', to: 'now-1h' }, 'local')).toBe('2 hours ago to 1 hour ago');
    expect(formatLength(5_400_000)).toBe('1 hour 30 min');
    expect(formatLength(250)).toBe('250 ms');
  });

  it('of the presets read back as themselves', () => {
    for (const { label, range } of PRESETS) expect(parseRange(label, CLOCK)).toEqual({ range });
  });

  it('shift by their length', () => {
    const range = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z' };
    expect(shiftRange(range, -1, NOW)).toEqual({
      from: '2026-11-20T09:00:00.000Z',
      to: '2026-11-20T10:00:00.000Z',
    });
    expect(shiftRange({ from: null, to: null }, 1, NOW)).toBeNull();
  });

  it('zoom out to twice the length', () => {
    expect(zoomOut({ from: 'now-15m', to: 'now' }, NOW)).toEqual({ from: 'now-30m', to: 'now' });
    expect(zoomOut({ from: 'now-12h', to: 'now' }, NOW)).toEqual({ from: 'now-1d', to: 'now' });
    const range = { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z' };
    expect(zoomOut(range, NOW)).toEqual({ from: '2026-11-20T09:30:00.000Z', to: '2026-11-20T11:30:00.000Z' });
  });

  it('resolve against now', () => {
    expect(resolveRange({ from: 'now-1d+2h', to: null }, NOW)).toEqual({
      from: NOW - 22 * 3_600_000,
      to: null,
    });
  });

  it('are read and shown in UTC when asked', () => {
    const parsed = parseRange('2026-11-20 10:00 to 11:00', { now: NOW, zone: 'utc' });
    expect(parsed).toEqual({ range: { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T11:00:00.000Z' } });
    expect('range' in parsed && formatRange(parsed.range, 'utc')).toBe('2026-11-20 10:00 to 11:00');
  });
});
