import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi } from '@/api/client';
import type { LogRow } from '@/api/types';
import { useExplore, useResults } from './explore-context';
import type { RowList } from './row-list';
import { parseRowKey, rangeOfRow, type RowKey } from './row-key';

/** How far below the top an open row is looked for in the list. */
const SEEK_LIMIT_ROWS = 20_000;
const ROWS_OF_ONE_INSTANT = 1_000;
/** A tail shows rows before they can be searched: one this young is looked for again. */
const ON_ITS_WAY_MS = 10_000;
const LOOK_AGAIN_MS = 300;

export interface Selection {
  selectedId: string | null;
  /** The row that the keys are at, or that is open. */
  current: LogRow | null;
  /** The row beside the table; null where none is open or it is on its way. */
  openRow: LogRow | null;
  isOpen: boolean;
  /** True where the open row's link leads to a row that is not stored any more. */
  isMissing: boolean;
  move: (steps: number) => void;
  open: (row: LogRow) => void;
  openSelected: () => void;
  close: () => void;
}

/** A row that is open by its link, though the list does not hold it. */
function useRowByKey(key: RowKey | null, isListed: boolean, source: string | undefined) {
  const api = useApi();
  return useQuery({
    queryKey: ['explore', 'row', key?.id, source],
    queryFn: async ({ signal }) => {
      if (key === null) return null;
      const request = { query: '*', source, ...rangeOfRow(key), limit: ROWS_OF_ONE_INSTANT };
      for (;;) {
        const answer = await api.search(request, signal);
        const found = answer.rows.find((row) => row.IngestId === key.id);
        if (found !== undefined) return found;
        if (Date.now() - Date.parse(key.timestamp) > ON_ITS_WAY_MS) return null;
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
        signal.throwIfAborted();
      }
    },
    enabled: key !== null && !isListed,
    staleTime: Infinity,
  });
}

/** Which row the keys are at, and which is open; the open one is in the URL. */
export function useSelection(): Selection {
  const { search, session, rowParameter, openRow: show } = useExplore();
  const [cursorId, setCursorId] = useState<string | null>(null);
  const key = parseRowKey(rowParameter ?? null);
  const openId = key?.id ?? null;
  const selectedId = openId ?? cursorId;
  const indexIn = (rows: RowList) => (selectedId === null ? -1 : rows.indexOf(selectedId));
  const selected = useResults(({ rows }) => rows.row(indexIn(rows)));
  const isRunning = useResults(({ status }) => status === 'running');
  const listed = openId === null ? undefined : selected;
  const fetched = useRowByKey(key, listed !== undefined || isRunning, search.source);

  // Rows come newest first, so an open row that is older than the last of them is still to come.
  const seeks = useResults(({ rows, hasMore, status, isLoadingMore }) => {
    if (key === null || listed !== undefined || !hasMore || status !== 'done' || isLoadingMore) return false;
    const last = rows.row(rows.length - 1);
    const isBelow = last !== undefined && Date.parse(last.Timestamp) >= Date.parse(key.timestamp);
    return isBelow && rows.length < SEEK_LIMIT_ROWS;
  });
  useEffect(() => {
    if (seeks) session.loadMore();
  }, [session, seeks]);

  const open = (row: LogRow) => {
    setCursorId(row.IngestId);
    show(row);
  };
  const openRow = openId === null ? null : (listed ?? fetched.data ?? null);
  return {
    selectedId,
    current: openRow ?? selected ?? null,
    openRow,
    isOpen: openId !== null,
    isMissing: openId !== null && openRow === null && fetched.isSuccess,
    move: (steps) => {
      const { rows } = session.get();
      const index = indexIn(rows);
      const next = rows.row(Math.min(Math.max(index === -1 ? 0 : index + steps, 0), rows.length - 1));
      if (next === undefined) return;
      if (openId === null) setCursorId(next.IngestId);
      else open(next);
    },
    open,
    openSelected: () => {
      if (selected) open(selected);
    },
    close: () => {
      setCursorId(selectedId);
      show(null);
    },
  };
}
