import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useApi } from './client';
import type { Status } from './types';

const STATUS_INTERVAL_MS = 2_000;

/** The server's state, asked every two seconds while the page is visible; all callers share one answer. */
export function useStatus({ enabled = true }: { enabled?: boolean } = {}): UseQueryResult<Status> {
  const api = useApi();
  return useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => api.status(signal),
    enabled,
    refetchInterval: STATUS_INTERVAL_MS,
    refetchIntervalInBackground: false,
    // Not while the page was hidden, so as soon as it is seen again.
    refetchOnWindowFocus: 'always',
    retry: false,
    staleTime: STATUS_INTERVAL_MS / 2,
  });
}
