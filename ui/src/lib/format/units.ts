import { formatBytes, formatCompact, formatCount, formatDuration } from './numbers';

/** How figures of a chart are written; what arrives is in the unit's base: bytes, milliseconds, a share of 1. */
export const UNITS = [
  'none',
  'compact',
  'bytes',
  'bytes_per_second',
  'ms',
  's',
  'ns',
  'percent',
  'share',
] as const;
export type Unit = (typeof UNITS)[number];

export const UNIT_NAMES: Record<Unit, string> = {
  none: 'Number',
  compact: 'Short number (k, M)',
  bytes: 'Bytes',
  bytes_per_second: 'Bytes a second',
  ms: 'Duration in ms',
  s: 'Duration in s',
  ns: 'Duration in ns',
  percent: 'Per cent (50 is 50 %)',
  share: 'Share (0.5 is 50 %)',
};

const NO_BREAK_SPACE = '\u00a0';

function plain(value: number, decimals: number | null): string {
  if (decimals !== null) return formatCount(Number(value.toFixed(decimals)));
  const size = Math.abs(value);
  // Three figures that count; whole numbers whole.
  if (Number.isInteger(value) || size >= 1_000) return formatCount(Math.round(value));
  if (size >= 100) return formatCount(Number(value.toFixed(1)));
  return formatCount(size >= 1 ? Number(value.toFixed(2)) : Number(value.toPrecision(3)));
}

function signed(value: number, format: (size: number) => string): string {
  return (value < 0 ? '−' : '') + format(Math.abs(value));
}

/** A figure with its unit: `3.2 kB`, `182 ms`, `12.5 %`, `1 204`. */
export function formatValue(value: number, unit: Unit = 'none', decimals: number | null = null): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? '–' : value > 0 ? '∞' : '−∞';
  switch (unit) {
    case 'bytes':
      return signed(value, formatBytes);
    case 'bytes_per_second':
      return `${signed(value, formatBytes)}/s`;
    case 'ms':
      return signed(value, formatDuration);
    case 's':
      return signed(value, (size) => formatDuration(size * 1_000));
    case 'ns':
      return signed(value, (size) =>
        size > 0 && size < 1e6
          ? `${plain(size / 1e3, decimals)}${NO_BREAK_SPACE}µs`
          : formatDuration(size / 1e6),
      );
    case 'percent':
      return `${plain(value, decimals ?? (Number.isInteger(value) ? 0 : 1))}${NO_BREAK_SPACE}%`;
    case 'share':
      return `${plain(value * 100, decimals ?? 1)}${NO_BREAK_SPACE}%`;
    case 'compact':
      return Math.abs(value) < 1_000 ? plain(value, decimals) : signed(value, formatCompact);
    case 'none':
      return plain(value, decimals);
  }
}

/** A figure beside an axis, where there is little room. */
export function formatTick(value: number, unit: Unit = 'none'): string {
  return unit === 'none' || unit === 'compact'
    ? signed(value, (size) => (size < 1_000 ? plain(size, null) : formatCompact(size)))
    : formatValue(value, unit);
}
