import { formatBytes, formatCount, formatDuration } from '@/lib/format/numbers';
import { formatTime } from '@/lib/format/time';
import type { TimeZone } from '@/lib/time-range/time-zone';

export const VALUE_FORMATS = ['number', 'bytes', 'ns', 'us', 'ms', 's', 'epoch'] as const;
export type ValueFormat = (typeof VALUE_FORMATS)[number];

export const FORMAT_TITLES: Record<ValueFormat, string> = {
  number: 'Number with spaces',
  bytes: 'Bytes',
  ns: 'Duration, from nanoseconds',
  us: 'Duration, from microseconds',
  ms: 'Duration, from milliseconds',
  s: 'Duration, from seconds',
  epoch: 'Time, from seconds since 1970 or parts of them',
};

const MILLISECONDS = { ns: 1e-6, us: 1e-3, ms: 1, s: 1_000 };

export function isValueFormat(value: unknown): value is ValueFormat {
  return VALUE_FORMATS.some((format) => format === value);
}

/** A value written in a format; text that is no number stays as it is. */
export function formatValue(value: string, format: ValueFormat, zone: TimeZone): string {
  const number = Number(value);
  if (value.trim() === '' || !Number.isFinite(number)) return value;
  if (format === 'number') return formatCount(number);
  if (format === 'bytes') return formatBytes(number);
  if (format === 'epoch') return formatTime(new Date(epochMs(number)).toISOString(), zone);
  return durationOf(number * MILLISECONDS[format]);
}

/** Below a millisecond durations are told in microseconds. */
function durationOf(milliseconds: number): string {
  const isShort = milliseconds > 0 && milliseconds < 1;
  return isShort ? `${Number((milliseconds * 1_000).toPrecision(3))}\u00a0µs` : formatDuration(milliseconds);
}

/** Seconds, milliseconds, microseconds or nanoseconds since 1970, by the number's size. */
function epochMs(number: number): number {
  const size = Math.abs(number);
  if (size < 1e11) return number * 1_000;
  if (size < 1e14) return number;
  return size < 1e17 ? number / 1_000 : number / 1_000_000;
}
