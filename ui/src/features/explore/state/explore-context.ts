import { createContext, use, useSyncExternalStore } from 'react';
import type { LogRow } from '@/api/types';
import type { TimeRange } from '@/lib/time-range/range';
import type { TimeZone } from '@/lib/time-range/time-zone';
import type { RowKey } from './row-key';
import type { ExploreState } from './search-state';
import type { SearchSession, SessionState } from './search-session';

/** What the panels of Explore share: the search in the URL, the session that answers it, and what can be done to them. */
export interface Explore {
  search: ExploreState;
  /** The open row as the address names it. */
  rowParameter: string | undefined;
  session: SearchSession;
  zone: TimeZone;
  /** Runs the search again with a fresh now. */
  refresh: () => void;
  /** True where all time is shown because the last minutes are empty, not because it was asked for. */
  isWidened: boolean;
  setQuery: (query: string) => void;
  /** Changes which rows the text in the search bar asks for, run or not yet, and runs it; its pipes stay. */
  editQuery: (edit: (query: string) => string) => void;
  /** The search bar reports what stands in it. */
  setDraft: (draft: string) => void;
  /** What stands in the search bar, run or not yet. */
  readDraft: () => string;
  setRange: (range: TimeRange) => void;
  setQueryAndRange: (query: string, range: TimeRange) => void;
  /** `pinned` of them, from the left, stay in sight; as many as before unless said. */
  setColumns: (columns: string[], pinned?: number) => void;
  /** Searches another source; undefined is what the server stores itself. */
  setSource: (source: string | undefined) => void;
  /** Seconds between looks for newer rows; 0 is off. */
  autoRefreshS: number;
  setAutoRefreshS: (seconds: number) => void;
  /** All rows, or all of its service, so many milliseconds around a row, which stays open. */
  showAround: (row: LogRow, lengthMs: number, sameService: boolean) => void;
  /** The search with another range and a row of it open. */
  showAt: (row: LogRow, range: TimeRange) => void;
  /** Opens the row with this key: in the search as it is, or among all rows of another range. */
  showKey: (key: RowKey, range: TimeRange | null) => void;
  /** Opens a row beside the table; null closes it. */
  openRow: (row: LogRow | null) => void;
}

export const ExploreContext = createContext<Explore | null>(null);

export function useExplore(): Explore {
  const explore = use(ExploreContext);
  if (explore === null) throw new Error('ExploreContext has no value');
  return explore;
}

/** A part of what a session has found, which has to be the same one as long as it did not change. */
export function useResultsOf<T>(session: SearchSession, select: (results: SessionState) => T): T {
  return useSyncExternalStore(session.subscribe, () => select(session.get()));
}

/** A part of the results. Who takes no more than it shows is not drawn again with every batch of rows. */
export function useResults<T>(select: (results: SessionState) => T): T {
  return useResultsOf(useExplore().session, select);
}
