import { formatClock, formatDate } from './zone';
import type { TimeZone } from './time-zone';

/**
 * A time range as the URL and the API hold it: each end RFC 3339 or relative (`now`, `now-15m`); null is
 * open. `to` is exclusive.
 */
export interface TimeRange {
  from: string | null;
  to: string | null;
}

/** Milliseconds since 1970; null is open. */
export interface Span {
  from: number | null;
  to: number | null;
}

export const ALL_TIME: TimeRange = { from: null, to: null };
export const DEFAULT_RANGE: TimeRange = { from: 'now-15m', to: 'now' };

export const UNIT_MS: Record<string, number> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

const UNIT_NAMES: [string, string][] = [
  ['w', 'week'],
  ['d', 'day'],
  ['h', 'hour'],
  ['m', 'min'],
  ['s', 's'],
];

export interface Preset {
  label: string;
  range: TimeRange;
}

export const PRESETS: Preset[] = ['5m', '15m', '30m', '1h', '4h', '12h', '1d', '2d', '7d', '30d'].map(
  (length) => {
    const range = { from: `now-${length}`, to: 'now' };
    return { label: formatRange(range, 'utc'), range };
  },
);

const RELATIVE = /^now((?:[+-]\d+(?:ms|[smhdw]))*)$/;

/** Milliseconds that `now-1d+2h` means at `now`; null when the text is not relative. */
export function resolveRelative(text: string, now: number): number | null {
  const match = RELATIVE.exec(text);
  if (!match) return null;
  let result = now;
  for (const [, sign, count, unit] of (match[1] ?? '').matchAll(/([+-])(\d+)(ms|[smhdw])/g)) {
    result += (sign === '-' ? -1 : 1) * Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return result;
}

export function resolvePoint(text: string | null, now: number): number | null {
  if (text === null) return null;
  const relative = resolveRelative(text, now);
  if (relative !== null) return relative;
  const absolute = Date.parse(text);
  return Number.isNaN(absolute) ? null : absolute;
}

export function resolveRange(range: TimeRange, now: number): Span {
  return { from: resolvePoint(range.from, now), to: resolvePoint(range.to, now) };
}

export function isRelative(range: TimeRange): boolean {
  return [range.from, range.to].some((point) => point?.startsWith('now') === true);
}

export function isSameRange(left: TimeRange, right: TimeRange): boolean {
  return left.from === right.from && left.to === right.to;
}

export function absoluteRange(from: number, to: number): TimeRange {
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
}

/** The window of the same length before (-1) or after (1) this one; null when an end is open. */
export function shiftRange(range: TimeRange, direction: -1 | 1, now: number): TimeRange | null {
  const { from, to } = resolveRange(range, now);
  if (from === null || to === null) return null;
  const length = to - from;
  return absoluteRange(from + direction * length, to + direction * length);
}

const AROUND_MS = 300_000;

/** A window of the same length around a time; five minutes to each side where an end is open. */
export function rangeAround(range: TimeRange, time: number, now: number): TimeRange {
  const { from, to } = resolveRange(range, now);
  const half = from === null || to === null ? AROUND_MS : Math.max(Math.ceil((to - from) / 2), 1);
  return absoluteRange(time - half, time + half);
}

/** Twice the length around the same middle, never past now; a relative window grows into the past. */
export function zoomOut(range: TimeRange, now: number): TimeRange | null {
  const relative = /^now-(\d+)(ms|[smhdw])$/.exec(range.from ?? '');
  if (relative && range.to === 'now')
    return { from: `now-${normalizeLength(Number(relative[1]) * 2, relative[2] ?? 'm')}`, to: 'now' };
  const { from, to } = resolveRange(range, now);
  if (from === null || to === null) return null;
  const length = Math.max(to - from, 1);
  const end = Math.min(to + length / 2, Math.max(now, to));
  return absoluteRange(Math.round(end - 2 * length), Math.round(end));
}

function normalizeLength(count: number, unit: string): string {
  const milliseconds = count * (UNIT_MS[unit] ?? 0);
  for (const name of ['w', 'd', 'h', 'm', 's']) {
    const size = UNIT_MS[name] ?? 1;
    if (milliseconds >= size && milliseconds % size === 0 && name !== 'w')
      return `${milliseconds / size}${name}`;
  }
  return `${milliseconds}ms`;
}

/** `15 min`, `1 h 30 min`, `2 days`: at most two units. */
export function formatLength(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const parts: string[] = [];
  let rest = milliseconds;
  for (const [unit, name] of UNIT_NAMES) {
    if (unit === 'w') continue;
    const size = UNIT_MS[unit] ?? 1;
    const count = parts.length === 1 || unit === 's' ? Math.round(rest / size) : Math.floor(rest / size);
    if (count > 0) {
      parts.push(`${count} ${name}${count > 1 && (name === 'day' || name === 'hour') ? 's' : ''}`);
      rest -= count * size;
    }
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

function formatPoint(text: string, zone: TimeZone): string {
  if (text === 'now') return 'now';
  const relative = /^now-(\d+)(ms|[smhdw])$/.exec(text);
  if (relative) return `${formatLength(Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? 0))} ago`;
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : `${formatDate(time, zone)} ${formatClock(time, zone)}`;
}

/** `Last 15 min`, `2026-11-20 10:00 to 11:00`, `Since 2026-11-20 10:00`, `All time`. */
export function formatRange(range: TimeRange, zone: TimeZone): string {
  if (range.from === null && range.to === null) return 'All time';
  const relative = /^now-(\d+)(ms|[smhdw])$/.exec(range.from ?? '');
  if (relative && range.to === 'now') {
    const length = Number(relative[1]) * (UNIT_MS[relative[2] ?? ''] ?? 0);
    return `Last ${formatLength(length).replace(/^1 (?=day|hour)/, '')}`;
  }
  if (range.from === null) return `Until ${formatPoint(range.to ?? '', zone)}`;
  if (range.to === null || range.to === 'now') return `Since ${formatPoint(range.from, zone)}`;
  const from = formatPoint(range.from, zone);
  const to = formatPoint(range.to, zone);
  const fromDay = from.slice(0, 10);
  return to.startsWith(`${fromDay} `) ? `${from} to ${to.slice(11)}` : `${from} to ${to}`;
}
