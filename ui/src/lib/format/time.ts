import { offsetAt, type TimeZone } from '@/lib/time-range/time-zone';

const pad = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-20 01:00:03`. */
function dateAndClock(date: Date, zone: TimeZone): string {
  const shown = new Date(date.getTime() + offsetAt(date.getTime(), zone));
  // Years of five digits and more have a sign there.
  return shown
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '');
}

/** The fraction as it was sent: `Date` keeps three of its nine digits. */
function fractionOf(time: string): string {
  return /\.(\d+)/.exec(time)?.[1] ?? '';
}

/**
 * `2026-11-20 01:00:03.123`: `time` is RFC 3339, text that is no time comes back as it is; `digits` are those of a
 * second.
 */
export function formatTime(time: string, zone: TimeZone, digits = 3): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const fraction = digits === 0 ? '' : `.${fractionOf(time).padEnd(digits, '0').slice(0, digits)}`;
  return `${dateAndClock(date, zone)}${fraction}`;
}

/** `2026-11-20 01:00:03`. */
export function formatTimeToSecond(time: string, zone: TimeZone): string {
  return formatTime(time, zone).replace(/\.\d{3}$/, '');
}

/** All digits that were sent, and the zone: `2026-11-20 01:00:03.123456789 UTC+01:00`. */
export function formatTimeExact(time: string, zone: TimeZone): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const fraction = fractionOf(time);
  return `${dateAndClock(date, zone)}${fraction === '' ? '' : `.${fraction}`} ${offsetName(date, zone)}`;
}

function offsetName(date: Date, zone: TimeZone): string {
  const minutes = offsetAt(date.getTime(), zone) / 60_000;
  if (minutes === 0) return 'UTC';
  const absolute = Math.abs(minutes);
  return `UTC${minutes < 0 ? '−' : '+'}${pad(Math.floor(absolute / 60))}:${pad(absolute % 60)}`;
}

/** A span of time, with the second date left out where it is the same day. */
export function formatSpan(from: string, to: string, zone: TimeZone): string {
  const start = formatTimeToSecond(from, zone);
  const end = formatTimeToSecond(to, zone);
  if (start === end) return start;
  return start.slice(0, 10) === end.slice(0, 10) ? `${start} to ${end.slice(11)}` : `${start} to ${end}`;
}
