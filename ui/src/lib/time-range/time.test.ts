import { describe, expect, it } from 'vitest';
import type { Clock } from './parse-point';
import { parseRange } from './parse-range';
import { axisLabels, labelsInside } from './axis';
import { formatLength, formatRange, PRESETS, resolveRange, shiftRange, zoomOut } from './range';

import { formatTimeExact } from '@/lib/format/time';
import { isTimeZone, offsetAt, zoneNames } from './time-zone';
import { midnight, partsOf, timeOf, zoneLabel } from './zone';

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

describe('zones of the IANA database', () => {
  const utc = (text: string) => Date.parse(`${text}Z`);

  it('show a time as clocks there do, in summer and in winter, with odd offsets', () => {
    expect(formatTimeExact('2026-07-01T12:00:00.123456789Z', 'America/New_York')).toBe(
      '2026-07-01 08:00:00.123456789 UTC−04:00',
    );
    expect(formatTimeExact('2026-01-01T12:00:00Z', 'America/New_York')).toBe('2026-01-01 07:00:00 UTC−05:00');
    expect(formatTimeExact('2026-01-01T20:00:00Z', 'Asia/Kathmandu')).toBe('2026-01-02 01:45:00 UTC+05:45');
    expect(zoneLabel(utc('2026-01-01T00:00'), 'Asia/Kolkata')).toBe('UTC+5:30');
    expect(partsOf(utc('1969-12-31T23:59'), 'Asia/Tokyo')).toMatchObject({ year: 1970, day: 1, hour: 8 });
  });

  it('are read as they are shown, also on the days on which clocks change', () => {
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'local', 'utc']) {
      for (let time = utc('2026-01-01T00:30'); time < utc('2027-01-01T00:00'); time += 5 * 3_600_000) {
        const read = timeOf(partsOf(time, zone), zone);
        // An hour that comes twice is its first.
        expect([time, time - 3_600_000, time - 1_800_000], zone).toContain(read);
      }
    }
    const gap = { year: 2026, month: 3, day: 29, hour: 2, minute: 30 };
    expect(timeOf(gap, 'Europe/Berlin')).toBe(utc('2026-03-29T01:30'));
    expect(timeOf({ ...gap, month: 3, day: 8 }, 'America/New_York')).toBe(utc('2026-03-08T07:30'));
    expect(timeOf({ year: 2026, month: 11, day: 1, hour: 1, minute: 30 }, 'America/New_York')).toBe(
      utc('2026-11-01T05:30'),
    );
    expect(midnight(utc('2026-03-29T12:00'), 'Europe/Berlin', 1)).toBe(utc('2026-03-29T22:00'));
  });

  it('are those that the browser knows', () => {
    expect(zoneNames()).toContain('Europe/Berlin');
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Moon/Tycho')).toBe(false);
    expect(offsetAt(Number.NaN, 'Europe/Berlin')).toBe(0);
  });

  it('type and name ranges', () => {
    const parsed = parseRange('2026-07-01 10:00 to 11:00', { now: NOW, zone: 'America/New_York' });
    expect(parsed).toEqual({ range: { from: '2026-07-01T14:00:00.000Z', to: '2026-07-01T15:00:00.000Z' } });
    expect('range' in parsed && formatRange(parsed.range, 'America/New_York')).toBe(
      '2026-07-01 10:00 to 11:00',
    );
  });

  it('label an axis at the times at which buckets begin', () => {
    const fiveMinutes = Array.from({ length: 12 }, (_, n) => utc('2026-07-01T12:00') + n * 300_000);
    expect(axisLabels(fiveMinutes, 'utc', 30).filter(Boolean)).toEqual([
      '12:00',
      '12:05',
      '12:10',
      '12:15',
      '12:20',
      '12:25',
      '12:30',
      '12:35',
      '12:40',
      '12:45',
      '12:50',
      '12:55',
    ]);
    expect(axisLabels([utc('2026-07-01T12:05')], 'utc', 8)).toEqual(['12:05']);
    expect(axisLabels(fiveMinutes, 'Asia/Kathmandu', 4).filter(Boolean)).toEqual([
      '17:45',
      '18:00',
      '18:15',
      '18:30',
    ]);
  });
});

it('leaves out the labels of an axis that would be cut off or run into what stands beside it', () => {
  const labels = ['12:00', null, '12:10', null, '12:20'];
  const plot = { left: 40, right: 10 };
  // Buckets of 10 pixels: the last label would end 2 pixels behind the edge.
  expect(labelsInside(labels, 100, plot)).toEqual(['12:00', null, '12:10', null, null]);
  expect(labelsInside(labels, 250, plot)).toEqual(labels);
  expect(labelsInside(labels, 250, plot, { left: 50, right: 24 })).toEqual([null, null, '12:10', null, null]);
});
