import type { LogRow } from '@/api/types';

/** A row as a link holds it: its key, and its time, by which it is found again without reading everything. */
export interface RowKey {
  id: string;
  timestamp: string;
}

export function rowKeyText(row: LogRow): string {
  return `${row.IngestId}@${row.Timestamp}`;
}

export function parseRowKey(text: string | null): RowKey | null {
  const match = /^(\d+)@(.+)$/.exec(text ?? '');
  return match ? { id: match[1] ?? '', timestamp: match[2] ?? '' } : null;
}

/** The narrowest range that holds a row, for a search that has to find it. */
export function rangeOfRow(key: RowKey): { from: string; to: string } {
  return { from: key.timestamp, to: new Date(Date.parse(key.timestamp) + 1).toISOString() };
}
