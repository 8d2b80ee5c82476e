/** What a query answers, as the API gives it. Rows are objects by the names of the columns. */
export interface ResultData {
  columns: ResultColumn[];
  rows: Record<string, unknown>[];
  /** `time_series`: the first column is the start of a bucket. Left out, the columns' types tell. */
  shape?: 'records' | 'table' | 'time_series' | undefined;
  bucket_seconds?: number | null | undefined;
  /** The time that was asked about, in milliseconds since 1970: a time axis shows all of it. */
  span?: { from: number; to: number } | null | undefined;
}

export interface ResultColumn {
  name: string;
  /** ClickHouse's, such as `Nullable(UInt64)`. */
  type: string;
}

export type ColumnKind = 'time' | 'number' | 'text';

/** The type without what only says how it is stored. */
export function plainType(type: string): string {
  const inner = /^(?:Nullable|LowCardinality|SimpleAggregateFunction\(\w+, )\(?(.*)\)$/.exec(type)?.[1];
  return inner === undefined || inner === type ? type : plainType(inner);
}

export function kindOf({ type }: ResultColumn): ColumnKind {
  const plain = plainType(type);
  if (/^(?:U?Int\d+|Float\d+|BFloat16|Decimal)/.test(plain)) return 'number';
  return plain.startsWith('Date') ? 'time' : 'text';
}

/** Whole numbers are counts: where none is given, it is zero. Of a mean nothing is known there. */
export function isCount({ type }: ResultColumn): boolean {
  return /^U?Int\d+/.test(plainType(type));
}

/** Large integers come as text. */
export function toNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** Milliseconds since 1970. ClickHouse's own form (`2026-11-20 10:00:00`) is UTC. */
export function toTime(value: unknown): number | null {
  if (typeof value === 'number') return value < 1e11 ? value * 1_000 : value;
  if (typeof value !== 'string') return null;
  const isBare = /^\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?$/.test(value);
  const text = isBare ? `${value.replace(' ', 'T')}${value.length > 10 ? 'Z' : 'T00:00:00Z'}` : value;
  const time = Date.parse(text);
  return Number.isNaN(time) ? null : time;
}

export function toText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return JSON.stringify(value);
}

/** A name for values that are empty. */
export function labelOf(value: unknown): string {
  const text = toText(value);
  return text === '' ? '(empty)' : text;
}

export function columnsOfKind(data: ResultData, kind: ColumnKind): ResultColumn[] {
  return data.columns.filter((column) => kindOf(column) === kind);
}
