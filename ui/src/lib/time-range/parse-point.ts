import { resolveRelative } from './range';
import { midnight, partsOf, timeOf } from './zone';
import type { TimeZone } from './time-zone';

/** What a text about time is read against. */
export interface Clock {
  now: number;
  zone: TimeZone;
}

/** A point in time as the API takes it. */
export interface Point {
  text: string;
  /** End of what it names (the day, the minute), for a text that is one point alone. */
  until: string | null;
  /** Midnight of the day it names, for an end that gives only a clock time. */
  day: number | null;
}

const UNITS: [RegExp, string][] = [
  [/^(?:ms|milliseconds?|millis)$/, 'ms'],
  [/^(?:s|secs?|seconds?)$/, 's'],
  [/^(?:m|mins?|minutes?)$/, 'm'],
  [/^(?:h|hrs?|hours?)$/, 'h'],
  [/^(?:d|days?)$/, 'd'],
  [/^(?:w|wks?|weeks?)$/, 'w'],
];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const LENGTH = String.raw`(\d+)\s*([a-z]+)`;
const CLOCK = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(am|pm)?$/;

function unitOf(word: string): string | null {
  return UNITS.find(([pattern]) => pattern.test(word))?.[1] ?? null;
}

/** `15m` for `15 minutes`, `1h` for `hour`; null when the text is no length. */
export function lengthOf(text: string): string | null {
  const match = new RegExp(`^${LENGTH}$`).exec(text);
  if (!match) {
    const unit = unitOf(text);
    return unit && text.length > 2 ? `1${unit}` : null;
  }
  const unit = unitOf(match[2] ?? '');
  return unit ? `${Number(match[1])}${unit}` : null;
}

export function iso(time: number): string {
  return new Date(time).toISOString();
}

function clockPoint(text: string, day: number, zone: TimeZone): Point | null {
  const match = CLOCK.exec(text);
  if (!match) return null;
  const [, hourText, minuteText, secondText, fraction, half] = match;
  let hour = Number(hourText);
  if (half && (hour < 1 || hour > 12)) return null;
  if (half === 'pm' && hour < 12) hour += 12;
  if (half === 'am' && hour === 12) hour = 0;
  const minute = Number(minuteText);
  const second = Number(secondText ?? 0);
  if (hour > 24 || minute > 59 || second > 59) return null;
  const millisecond = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  const time = timeOf({ ...partsOf(day, zone), hour, minute, second, millisecond }, zone);
  const precision = fraction ? 1 : secondText ? 1_000 : 60_000;
  return { text: iso(time), until: iso(time + precision), day };
}

function dayPoint(day: number, zone: TimeZone): Point {
  return { text: iso(day), until: iso(midnight(day, zone, 1)), day };
}

/** Null for a day that no calendar has, such as 31 February. */
function existingDay(year: number, month: number, day: number, zone: TimeZone): number | null {
  const time = timeOf({ year, month, day }, zone);
  const parts = partsOf(time, zone);
  return parts.month === month && parts.day === day ? time : null;
}

/** Takes a day from the start of the text; the rest is a clock time or nothing. */
function splitDay(text: string, { now, zone }: Clock): { day: number; rest: string } | null {
  const named = /^(today|yesterday|tomorrow)(?:\s+(?:at\s+)?|$)/.exec(text);
  if (named) {
    const days = named[1] === 'today' ? 0 : named[1] === 'yesterday' ? -1 : 1;
    return { day: midnight(now, zone, days), rest: text.slice(named[0].length) };
  }
  const numeric = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[t\s]+(?:at\s+)?|$)/.exec(text);
  if (numeric) {
    const day = existingDay(Number(numeric[1]), Number(numeric[2]), Number(numeric[3]), zone);
    return day === null ? null : { day, rest: text.slice(numeric[0].length) };
  }
  const worded =
    /^(?:(\d{1,2})\s+([a-z]{3,9})|([a-z]{3,9})\s+(\d{1,2}))\b(?:,?\s+(\d{4})\b)?,?(?:\s+(?:at\s+)?|$)/.exec(
      text,
    );
  if (worded) {
    const month = MONTHS.indexOf((worded[2] ?? worded[3] ?? '').slice(0, 3)) + 1;
    if (month === 0) return null;
    const number = Number(worded[1] ?? worded[4]);
    const year = worded[5] ? Number(worded[5]) : partsOf(now, zone).year;
    let day = existingDay(year, month, number, zone);
    if (day !== null && !worded[5] && day > now) day = existingDay(year - 1, month, number, zone);
    return day === null ? null : { day, rest: text.slice(worded[0].length) };
  }
  return null;
}

/** Reads one time; a clock time alone is on `contextDay`, or else on the last day on which it has been. */
export function parsePoint(input: string, clock: Clock, contextDay: number | null): Point | null {
  const { now, zone } = clock;
  const text = input.trim().toLowerCase();
  const compact = text.replaceAll(/\s+/g, '');
  if (resolveRelative(compact, now) !== null) return { text: compact, until: null, day: null };
  const ago = /^(.+?)\s+ago$/.exec(text) ?? /^-\s*(.+)$/.exec(text);
  const length = ago ? lengthOf((ago[1] ?? '').replace(/^an?\s+/, '1 ')) : null;
  if (length) return { text: `now-${length}`, until: null, day: null };
  if (/^\d{10}(?:\.\d+)?$/.test(text)) return { text: iso(Number(text) * 1_000), until: null, day: null };
  if (/^\d{13}$/.test(text)) return { text: iso(Number(text)), until: null, day: null };
  if (/^\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:z|[+-]\d{2}:?\d{2})$/.test(text)) {
    const time = Date.parse(text.replace(' ', 'T').replace(',', '.').toUpperCase().replaceAll(/\s/g, ''));
    if (!Number.isNaN(time))
      return {
        text: iso(time),
        until: iso(time + (/:\d{2}:\d{2}/.test(text) ? 1_000 : 60_000)),
        day: midnight(time, zone),
      };
  }
  const split = splitDay(text, clock);
  if (split) return split.rest === '' ? dayPoint(split.day, zone) : clockPoint(split.rest, split.day, zone);
  const point = clockPoint(text, contextDay ?? midnight(now, zone), zone);
  const isLater = point !== null && contextDay === null && Date.parse(point.text) > now;
  return isLater ? clockPoint(text, midnight(now, zone, -1), zone) : point;
}
