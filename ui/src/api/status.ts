import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useApi } from './client';
import type { Status } from './types';

const BUSY_INTERVAL_MS = 2_000;
/** Nothing comes in and nothing is wrong: asking less often lets a laptop sleep. */
const QUIET_INTERVAL_MS = 5_000;

/** The server's state, asked every few seconds while the page is visible; all callers share one answer. */
export function useStatus({ enabled = true }: { enabled?: boolean } = {}): UseQueryResult<Status> {
  const api = useApi();
  return useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => api.status(signal),
    enabled,
    refetchInterval: ({ state }) =>
      state.status === 'success' && state.data !== undefined && isQuiet(state.data)
        ? QUIET_INTERVAL_MS
        : BUSY_INTERVAL_MS,
    refetchIntervalInBackground: false,
    // Not while the page was hidden, so as soon as it is seen again.
    refetchOnWindowFocus: 'always',
    retry: false,
    staleTime: BUSY_INTERVAL_MS / 2,
  });
}

function isQuiet({ state, ingest, spool }: Status): boolean {
  return state === 'ready' && ingest.rows_per_second === 0 && spool.pending_rows === 0;
}
