import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useApi } from './client';
import type { Status } from './types';

const STATUS_INTERVAL_MS = 2_000;

/** The server's state, asked every two seconds while the page is visible. */
export function useStatus(): UseQueryResult<Status> {
  const api = useApi();
  return useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => api.status(signal),
    refetchInterval: STATUS_INTERVAL_MS,
    refetchIntervalInBackground: false,
    retry: false,
    staleTime: STATUS_INTERVAL_MS,
  });
}
