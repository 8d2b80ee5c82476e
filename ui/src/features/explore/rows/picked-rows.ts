import { useCallback, useMemo, useState } from 'react';
import type { LogRow } from '@/api/types';

/** Rows that were picked for something that is done to several, beside the one that is open. */
export interface PickedRows {
  ids: ReadonlySet<string>;
  /** Those of the list, in its order. */
  rows: LogRow[];
  toggle: (row: LogRow) => void;
  /** Picks all from the row that was picked last (or `origin`) to this one. */
  extendTo: (row: LogRow, origin: LogRow | undefined) => void;
  all: () => void;
  clear: () => void;
}

const NONE: ReadonlySet<string> = new Set<string>();

/** The ids from one row of the list to another, both included. */
export function idsBetween(rows: readonly LogRow[], from: string, to: string): string[] {
  const ends = [from, to].map((id) => rows.findIndex((row) => row.IngestId === id));
  if (ends.includes(-1)) return [to];
  return rows.slice(Math.min(...ends), Math.max(...ends) + 1).map((row) => row.IngestId);
}

export function usePickedRows(rows: readonly LogRow[]): PickedRows {
  const [ids, setIds] = useState(NONE);
  const [anchor, setAnchor] = useState<string | null>(null);
  const picked = useMemo(
    () => (ids.size === 0 ? [] : rows.filter((row) => ids.has(row.IngestId))),
    [ids, rows],
  );
  const toggle = useCallback((row: LogRow) => {
    setAnchor(row.IngestId);
    setIds((before) => {
      const next = new Set(before);
      if (!next.delete(row.IngestId)) next.add(row.IngestId);
      return next;
    });
  }, []);
  return {
    ids,
    rows: picked,
    toggle,
    extendTo: (row, origin) => {
      const from = anchor ?? origin?.IngestId ?? row.IngestId;
      setAnchor(from);
      setIds(new Set(idsBetween(rows, from, row.IngestId)));
    },
    all: () => setIds(new Set(rows.map((row) => row.IngestId))),
    clear: () => {
      setIds(NONE);
      setAnchor(null);
    },
  };
}
