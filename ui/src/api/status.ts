import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useApi } from './client';
import type { Status } from './types';

const BUSY_INTERVAL_MS = 2_000;
/** The engine takes less than a second to start, and the page waits to hear what is stored. */
const STARTING_INTERVAL_MS = 200;
/** One that is still not there after so many answers is no start that is worth hurrying after. */
const STARTING_ANSWERS = 50;
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
      state.status === 'success' && state.data !== undefined
        ? interval(state.data, state.dataUpdateCount)
        : BUSY_INTERVAL_MS,
    refetchIntervalInBackground: false,
    // Not while the page was hidden, so as soon as it is seen again.
    refetchOnWindowFocus: 'always',
    retry: false,
    staleTime: BUSY_INTERVAL_MS / 2,
  });
}

function interval({ state, ingest, spool, storage }: Status, answers: number): number {
  // Ready without figures: its tables are being looked at.
  const isStarting = state === 'starting' || (state === 'ready' && storage === null);
  if (isStarting && answers < STARTING_ANSWERS) return STARTING_INTERVAL_MS;
  const isQuiet = state === 'ready' && ingest.rows_per_second === 0 && spool.pending_rows === 0;
  return isQuiet ? QUIET_INTERVAL_MS : BUSY_INTERVAL_MS;
}
