import { iso, lengthOf, parsePoint, type Clock, type Point } from './parse-point';
import { absoluteRange, ALL_TIME, resolveRelative, type TimeRange } from './range';

export type ParsedRange = { range: TimeRange } | { problem: string };

const HINT = 'Write for example "15m", "2h ago to now", "yesterday", "2026-11-20 10:00 to 11:00" or "all".';

function parsePair(left: string, right: string, clock: Clock): ParsedRange {
  const from = parsePoint(left, clock, null) ?? agoPoint(left);
  if (!from) return { problem: `"${left.trim()}" is not a time. ${HINT}` };
  const to = parsePoint(right, clock, from.day);
  if (!to) return { problem: `"${right.trim()}" is not a time. ${HINT}` };
  // A day as the end of a range means through that day.
  const isWholeDay = to.until !== null && to.day !== null && to.text === iso(to.day) && !right.includes(':');
  return ordered({ from: from.text, to: isWholeDay ? to.until : to.text }, clock);
}

function agoPoint(text: string): Point | null {
  const length = lengthOf(text.trim().toLowerCase());
  return length ? { text: `now-${length}`, until: null, day: null } : null;
}

function ordered(range: TimeRange, clock: Clock): ParsedRange {
  const at = (text: string | null) =>
    text === null ? null : (resolveRelative(text, clock.now) ?? Date.parse(text));
  const from = at(range.from);
  const to = at(range.to);
  if (from !== null && to !== null && from >= to) return { problem: 'The range ends before it begins.' };
  return { range };
}

/** Reads what a person types into the time picker; times without a zone are in the clock's zone. */
export function parseRange(input: string, clock: Clock): ParsedRange {
  const text = input.trim().replaceAll(/\s+/g, ' ');
  const lower = text.toLowerCase();
  if (lower === '') return { problem: HINT };
  if (/^(?:all|all time|everything|\*)$/.test(lower)) return { range: ALL_TIME };

  const around = /^(.+?)\s*(?:±|\+-|\+\/-)\s*(.+)$/.exec(lower) ?? null;
  if (around) return parseAround(around[1] ?? '', around[2] ?? '', clock);

  const pair = /^(?:from |between )?(.+?)(?: to | until | till | and | - | – | — |\.\.|–|—)(.+)$/.exec(lower);
  if (pair) return parsePair(pair[1] ?? '', pair[2] ?? '', clock);

  const since = /^(?:since|from|after) (.+)$/.exec(lower);
  if (since) {
    const point = parsePoint(since[1] ?? '', clock, null) ?? agoPoint(since[1] ?? '');
    return point
      ? ordered({ from: point.text, to: 'now' }, clock)
      : { problem: `"${since[1] ?? ''}" is not a time. ${HINT}` };
  }
  const before = /^(?:until|before|till) (.+)$/.exec(lower);
  if (before) {
    const point = parsePoint(before[1] ?? '', clock, null);
    return point
      ? { range: { from: null, to: point.text } }
      : { problem: `"${before[1] ?? ''}" is not a time. ${HINT}` };
  }

  const length = lengthOf(lower.replace(/^(?:last|past|the last|the past) /, '').replace(/^-\s*/, ''));
  if (length) return { range: { from: `now-${length}`, to: 'now' } };

  const point = parsePoint(lower, clock, null);
  if (!point) return { problem: `"${text}" is not a time or a range. ${HINT}` };
  return ordered({ from: point.text, to: point.until ?? 'now' }, clock);
}

function parseAround(middle: string, length: string, clock: Clock): ParsedRange {
  const point = parsePoint(middle, clock, null);
  const size = lengthOf(length.trim());
  const time = point && (resolveRelative(point.text, clock.now) ?? Date.parse(point.text));
  const half = size && resolveRelative(`now+${size}`, 0);
  if (time === null || !half) return { problem: `"${middle} ± ${length}" is not a range. ${HINT}` };
  return { range: absoluteRange(time - half, time + half) };
}
