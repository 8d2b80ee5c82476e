export type TimeZone = 'local' | 'utc';

interface Parts {
  date: string;
  clock: string;
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

function partsOf(date: Date, zone: TimeZone): Parts {
  return zone === 'utc'
    ? {
        date: `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`,
        clock: `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`,
      }
    : {
        date: `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`,
        clock: `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`,
      };
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
  const parts = partsOf(date, zone);
  const fraction = digits === 0 ? '' : `.${fractionOf(time).padEnd(digits, '0').slice(0, digits)}`;
  return `${parts.date} ${parts.clock}${fraction}`;
}

/** `2026-11-20 01:00:03`. */
export function formatTimeToSecond(time: string, zone: TimeZone): string {
  return formatTime(time, zone).replace(/\.\d{3}$/, '');
}

/** All digits that were sent, and the zone: `2026-11-20 01:00:03.123456789 UTC+01:00`. */
export function formatTimeExact(time: string, zone: TimeZone): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  const parts = partsOf(date, zone);
  const fraction = fractionOf(time);
  return `${parts.date} ${parts.clock}${fraction === '' ? '' : `.${fraction}`} ${offsetName(date, zone)}`;
}

function offsetName(date: Date, zone: TimeZone): string {
  const minutes = zone === 'utc' ? 0 : -date.getTimezoneOffset();
  if (minutes === 0) return 'UTC';
  const absolute = Math.abs(minutes);
  return `UTC${minutes < 0 ? '−' : '+'}${pad(Math.floor(absolute / 60))}:${pad(absolute % 60)}`;
}

/** The zone's name for a heading: `UTC`, or where the computer is, such as `Europe/Berlin`. */
export function zoneName(zone: TimeZone): string {
  return zone === 'utc' ? 'UTC' : Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** A span of time, with the second date left out where it is the same day. */
export function formatSpan(from: string, to: string, zone: TimeZone): string {
  const start = formatTimeToSecond(from, zone);
  const end = formatTimeToSecond(to, zone);
  if (start === end) return start;
  return start.slice(0, 10) === end.slice(0, 10) ? `${start} to ${end.slice(11)}` : `${start} to ${end}`;
}
