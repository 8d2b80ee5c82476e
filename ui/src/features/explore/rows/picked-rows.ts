import { useCallback, useMemo, useState } from 'react';
import type { LogRow } from '@/api/types';
import { useResultsOf } from '../state/explore-context';
import type { RowList } from '../state/row-list';
import type { SearchSession } from '../state/search-session';

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
export function idsBetween(rows: RowList, from: string, to: string): string[] {
  const ends = [from, to].map((id) => rows.indexOf(id));
  if (ends.includes(-1)) return [to];
  return rows.slice(Math.min(...ends), Math.max(...ends) + 1).map((row) => row.IngestId);
}

function pickedOf(rows: RowList, ids: ReadonlySet<string>): LogRow[] {
  const picked: LogRow[] = [];
  for (const row of rows) {
    if (picked.length === ids.size) break;
    if (ids.has(row.IngestId)) picked.push(row);
  }
  return picked;
}

export function usePickedRows(session: SearchSession): PickedRows {
  const [ids, setIds] = useState(NONE);
  const [anchor, setAnchor] = useState<string | null>(null);
  // Rows that come in draw nothing again as long as none is picked.
  const searched = useResultsOf(session, ({ rows }) => (ids.size === 0 ? null : rows));
  const picked = useMemo(() => (searched === null ? [] : pickedOf(searched, ids)), [ids, searched]);
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
      setIds(new Set(idsBetween(session.get().rows, from, row.IngestId)));
    },
    all: () => setIds(new Set(Array.from(session.get().rows, (row) => row.IngestId))),
    clear: () => {
      setIds(NONE);
      setAnchor(null);
    },
  };
}
