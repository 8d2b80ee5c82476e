import { formatCount } from '@/lib/format/numbers';
import { formatTime, formatTimeExact, formatTimeToSecond } from '@/lib/format/time';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { cellKind, fractionDigits, type ResultColumn } from './result';

/** Longer texts are cut in a cell; the value panel has all of it. */
const CELL_CHARACTERS = 500;
const FLOAT_CHARACTERS = 14;

/** The value as text, whole: what is copied, filtered and exported. */
export function rawText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  return JSON.stringify(value);
}

/** ClickHouse writes `2026-11-20 01:00:03.1` where it is not told otherwise, and means UTC. */
export function isoTime(value: unknown): string {
  const text = rawText(value);
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text;
}

export interface CellText {
  text: string;
  /** What the cell leaves out, for hovering. */
  title: string | undefined;
}

/** What a cell shows. */
export function cellText(value: unknown, column: ResultColumn, zone: TimeZone): CellText {
  if (value === null || value === undefined) return { text: 'NULL', title: undefined };
  const kind = cellKind(column.type);
  if (kind === 'time') {
    const time = isoTime(value);
    const isExact = fractionDigits(column.type) === 0;
    return {
      text: isExact ? formatTimeToSecond(time, zone) : formatTime(time, zone),
      title: formatTimeExact(time, zone),
    };
  }
  const raw = rawText(value);
  if (kind === 'number') return numberText(raw);
  const line = raw.length > CELL_CHARACTERS ? `${raw.slice(0, CELL_CHARACTERS)}…` : raw;
  return { text: visibleBreaks(line), title: undefined };
}

function numberText(raw: string): CellText {
  if (/^-?\d+$/.test(raw)) return { text: grouped(raw), title: undefined };
  const value = Number(raw);
  if (!Number.isFinite(value) || raw.length <= FLOAT_CHARACTERS) return { text: raw, title: undefined };
  return { text: String(Number(value.toPrecision(8))), title: raw };
}

/** Whole numbers may be larger than JavaScript's, so they stay text. */
function grouped(digits: string): string {
  const isNegative = digits.startsWith('-');
  const plain = isNegative ? digits.slice(1) : digits;
  if (plain.length <= 15) return formatCount(Number(digits));
  return (isNegative ? '−' : '') + plain.replace(/\B(?=(\d{3})+(?!\d))/g, '\u2009');
}

/** A cell is one line. */
function visibleBreaks(text: string): string {
  return text.replaceAll(/\r?\n/g, '⏎').replaceAll('\t', '⇥');
}
