import type { TimeZone } from '@/lib/format/time';

export type Zone = TimeZone;

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

/** Calendar and clock at a time. */
export function partsOf(time: number, zone: Zone): DateParts {
  const date = new Date(time);
  if (zone === 'utc') {
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
  return {
    year: date.getFullYear(),
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    minute: date.getMinutes(),
    second: date.getSeconds(),
    millisecond: date.getMilliseconds(),
  };
}

/** The time at which calendar and clock show this; parts beyond their bounds carry over. */
export function timeOf(
  parts: Partial<DateParts> & Pick<DateParts, 'year' | 'month' | 'day'>,
  zone: Zone,
): number {
  const { year, month, day, hour = 0, minute = 0, second = 0, millisecond = 0 } = parts;
  return zone === 'utc'
    ? Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
    : new Date(year, month - 1, day, hour, minute, second, millisecond).getTime();
}

/** The start of the day that holds a time, `days` days on. */
export function midnight(time: number, zone: Zone, days = 0): number {
  const { year, month, day } = partsOf(time, zone);
  return timeOf({ year, month, day: day + days }, zone);
}

function pad(value: number, length = 2): string {
  return String(value).padStart(length, '0');
}

/** `2026-11-20`. */
export function formatDate(time: number, zone: Zone): string {
  const { year, month, day } = partsOf(time, zone);
  return `${year}-${pad(month)}-${pad(day)}`;
}

/** `10:00`, with seconds and milliseconds only where they are not zero. */
export function formatClock(time: number, zone: Zone): string {
  const { hour, minute, second, millisecond } = partsOf(time, zone);
  const minutes = `${pad(hour)}:${pad(minute)}`;
  if (millisecond !== 0) return `${minutes}:${pad(second)}.${pad(millisecond, 3)}`;
  return second === 0 ? minutes : `${minutes}:${pad(second)}`;
}

/** `UTC`, `UTC+2`, `UTC-3:30`: the zone at a time. */
export function zoneLabel(time: number, zone: Zone): string {
  const minutes = zone === 'utc' ? 0 : -new Date(time).getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const hours = Math.floor(Math.abs(minutes) / 60);
  const rest = Math.abs(minutes) % 60;
  return `UTC${minutes < 0 ? '-' : '+'}${hours}${rest === 0 ? '' : `:${pad(rest)}`}`;
}
