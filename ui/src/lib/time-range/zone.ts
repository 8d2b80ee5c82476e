import { offsetAt, type TimeZone } from './time-zone';

export interface DateParts {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

const DAY_MS = 86_400_000;

/** Calendar and clock at a time. */
export function partsOf(time: number, zone: TimeZone): DateParts {
  const date = new Date(time + offsetAt(time, zone));
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    millisecond: date.getUTCMilliseconds(),
  };
}

/**
 * The time at which calendar and clock show this; parts beyond their bounds carry over. Where clocks are put back it is the
 * first of the two, and what they leave out counts on from before.
 */
export function timeOf(
  parts: Partial<DateParts> & Pick<DateParts, 'year' | 'month' | 'day'>,
  zone: TimeZone,
): number {
  const { year, month, day, hour = 0, minute = 0, second = 0, millisecond = 0 } = parts;
  const shown = Date.UTC(year, month - 1, day, hour, minute, second, millisecond);
  const before = offsetAt(shown - DAY_MS, zone);
  const after = offsetAt(shown + DAY_MS, zone);
  if (offsetAt(shown - before, zone) === before) return shown - before;
  return offsetAt(shown - after, zone) === after ? shown - after : shown - before;
}

/** The start of the day that holds a time, `days` days on. */
export function midnight(time: number, zone: TimeZone, days = 0): number {
  const { year, month, day } = partsOf(time, zone);
  return timeOf({ year, month, day: day + days }, zone);
}

function pad(value: number, length = 2): string {
  return String(value).padStart(length, '0');
}

/** `2026-11-20`. */
export function formatDate(time: number, zone: TimeZone): string {
  const { year, month, day } = partsOf(time, zone);
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
}

/** `10:00`, with seconds and milliseconds only where they are not zero. */
export function formatClock(time: number, zone: TimeZone): string {
  const { hour, minute, second, millisecond } = partsOf(time, zone);
  const minutes = `${pad(hour)}:${pad(minute)}`;
  if (millisecond !== 0) return `${minutes}:${pad(second)}.${pad(millisecond, 3)}`;
  return second === 0 ? minutes : `${minutes}:${pad(second)}`;
}

/** `UTC`, `UTC+2`, `UTC-3:30`: the zone at a time. */
export function zoneLabel(time: number, zone: TimeZone): string {
  const minutes = offsetAt(time, zone) / 60_000;
  if (minutes === 0) return 'UTC';
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : `:${pad(rest)}`}`;
}
