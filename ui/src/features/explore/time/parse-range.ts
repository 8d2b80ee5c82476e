import { absoluteRange, ALL_TIME, resolveRelative, type TimeRange } from './range';

export type ParsedRange = { range: TimeRange } | { problem: string };

/** A point in time as text; `until` is the end of what it names (the day, the minute), for a text that is one point alone. */
interface Point {
  text: string;
  until: string | null;
  /** Local midnight of the day it names, for an end that gives only a clock time. */
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
const HINT = 'Write for example "15m", "2h ago to now", "yesterday", "2026-11-20 10:00 to 11:00" or "all".';

function unitOf(word: string): string | null {
  return UNITS.find(([pattern]) => pattern.test(word))?.[1] ?? null;
}

function lengthOf(text: string): string | null {
  const match = new RegExp(`^${LENGTH}$`).exec(text);
  if (!match) {
    const unit = unitOf(text);
    return unit && text.length > 2 ? `1${unit}` : null;
  }
  const unit = unitOf(match[2] ?? '');
  return unit ? `${Number(match[1])}${unit}` : null;
}

function midnight(time: number, days = 0): number {
  const date = new Date(time);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function clockPoint(text: string, day: number): Point | null {
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
  const start = new Date(day);
  const millisecond = Number((fraction ?? '').padEnd(3, '0').slice(0, 3));
  const time = new Date(
    start.getFullYear(),
    start.getMonth(),
    start.getDate(),
    hour,
    minute,
    second,
    millisecond,
  ).getTime();
  const precision = fraction ? 1 : secondText ? 1_000 : 60_000;
  return { text: iso(time), until: iso(time + precision), day };
}

function dayPoint(day: number): Point {
  return { text: iso(day), until: iso(midnight(day, 1)), day };
}

function localDay(year: number, month: number, day: number): number | null {
  const date = new Date(year, month, day);
  return date.getMonth() === month && date.getDate() === day ? date.getTime() : null;
}

/** Takes a day from the start of the text; the rest is a clock time or nothing. */
function splitDay(text: string, now: number): { day: number; rest: string } | null {
  const named = /^(today|yesterday|tomorrow)(?:\s+(?:at\s+)?|$)/.exec(text);
  if (named) {
    const days = named[1] === 'today' ? 0 : named[1] === 'yesterday' ? -1 : 1;
    return { day: midnight(now, days), rest: text.slice(named[0].length) };
  }
  const numeric = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[t\s]+(?:at\s+)?|$)/.exec(text);
  if (numeric) {
    const day = localDay(Number(numeric[1]), Number(numeric[2]) - 1, Number(numeric[3]));
    return day === null ? null : { day, rest: text.slice(numeric[0].length) };
  }
  const worded =
    /^(?:(\d{1,2})\s+([a-z]{3,9})|([a-z]{3,9})\s+(\d{1,2}))\b(?:,?\s+(\d{4})\b)?,?(?:\s+(?:at\s+)?|$)/.exec(
      text,
    );
  if (worded) {
    const month = MONTHS.indexOf((worded[2] ?? worded[3] ?? '').slice(0, 3));
    if (month === -1) return null;
    const number = Number(worded[1] ?? worded[4]);
    const year = worded[5] ? Number(worded[5]) : new Date(now).getFullYear();
    let day = localDay(year, month, number);
    if (day !== null && !worded[5] && day > now) day = localDay(year - 1, month, number);
    return day === null ? null : { day, rest: text.slice(worded[0].length) };
  }
  return null;
}

function parsePoint(input: string, now: number, contextDay: number | null): Point | null {
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
        day: midnight(time),
      };
  }
  const split = splitDay(text, now);
  if (split) return split.rest === '' ? dayPoint(split.day) : clockPoint(split.rest, split.day);
  const clock = clockPoint(text, contextDay ?? midnight(now));
  if (clock && contextDay === null && Date.parse(clock.text) > now)
    return clockPoint(text, midnight(now, -1));
  return clock;
}

function parsePair(left: string, right: string, now: number): ParsedRange {
  const from = parsePoint(left, now, null) ?? agoPoint(left);
  if (!from) return { problem: `"${left.trim()}" is not a time. ${HINT}` };
  const to = parsePoint(right, now, from.day);
  if (!to) return { problem: `"${right.trim()}" is not a time. ${HINT}` };
  // A day as the end of a range means through that day.
  const isWholeDay = to.until !== null && to.day !== null && to.text === iso(to.day) && !right.includes(':');
  return ordered({ from: from.text, to: isWholeDay ? to.until : to.text }, now);
}

function agoPoint(text: string): Point | null {
  const length = lengthOf(text.trim().toLowerCase());
  return length ? { text: `now-${length}`, until: null, day: null } : null;
}

function ordered(range: TimeRange, now: number): ParsedRange {
  const at = (text: string | null) =>
    text === null ? null : (resolveRelative(text, now) ?? Date.parse(text));
  const from = at(range.from);
  const to = at(range.to);
  if (from !== null && to !== null && from >= to) return { problem: 'The range ends before it begins.' };
  return { range };
}

/** Reads what a person types into the time picker; times without a zone are in the user's. */
export function parseRange(input: string, now: number): ParsedRange {
  const text = input.trim().replaceAll(/\s+/g, ' ');
  const lower = text.toLowerCase();
  if (lower === '') return { problem: HINT };
  if (/^(?:all|all time|everything|\*)$/.test(lower)) return { range: ALL_TIME };

  const around = /^(.+?)\s*(?:±|\+-|\+\/-)\s*(.+)$/.exec(lower) ?? null;
  if (around) return parseAround(around[1] ?? '', around[2] ?? '', now);

  const pair = /^(?:from |between )?(.+?)(?: to | until | till | and | - | – | — |\.\.|–|—)(.+)$/.exec(lower);
  if (pair) return parsePair(pair[1] ?? '', pair[2] ?? '', now);

  const since = /^(?:since|from|after) (.+)$/.exec(lower);
  if (since) {
    const point = parsePoint(since[1] ?? '', now, null) ?? agoPoint(since[1] ?? '');
    return point
      ? ordered({ from: point.text, to: 'now' }, now)
      : { problem: `"${since[1] ?? ''}" is not a time. ${HINT}` };
  }
  const before = /^(?:until|before|till) (.+)$/.exec(lower);
  if (before) {
    const point = parsePoint(before[1] ?? '', now, null);
    return point
      ? { range: { from: null, to: point.text } }
      : { problem: `"${before[1] ?? ''}" is not a time. ${HINT}` };
  }

  const length = lengthOf(lower.replace(/^(?:last|past|the last|the past) /, '').replace(/^-\s*/, ''));
  if (length) return { range: { from: `now-${length}`, to: 'now' } };

  const point = parsePoint(lower, now, null);
  if (!point) return { problem: `"${text}" is not a time or a range. ${HINT}` };
  return ordered({ from: point.text, to: point.until ?? 'now' }, now);
}

function parseAround(middle: string, length: string, now: number): ParsedRange {
  const point = parsePoint(middle, now, null);
  const size = lengthOf(length.trim());
  const time = point && (resolveRelative(point.text, now) ?? Date.parse(point.text));
  const half = size && resolveRelative(`now+${size}`, 0);
  if (time === null || !half) return { problem: `"${middle} ± ${length}" is not a range. ${HINT}` };
  return { range: absoluteRange(time - half, time + half) };
}
