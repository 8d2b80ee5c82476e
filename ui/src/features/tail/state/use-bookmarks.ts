import { useState } from 'react';
import type { LogRow } from '@/api/types';

export interface Bookmarks {
  rows: readonly LogRow[];
  has: (row: LogRow) => boolean;
  toggle: (row: LogRow) => void;
  clear: () => void;
}

/** Rows that the user marked; they stay when the tail forgets or clears them. */
export function useBookmarks(): Bookmarks {
  const [rows, setRows] = useState<readonly LogRow[]>([]);
  const has = (row: LogRow) => rows.some(({ IngestId }) => IngestId === row.IngestId);
  return {
    rows,
    has,
    toggle: (row) =>
      setRows(has(row) ? rows.filter(({ IngestId }) => IngestId !== row.IngestId) : [...rows, row]),
    clear: () => setRows([]),
  };
}
