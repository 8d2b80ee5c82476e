import {
  useMutation,
  useQuery,
  useQueryClient,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useApi } from '@/api/client';
import type { Retention, StorageReport, StorageRun } from '@/api/types';
import { notifyFailure } from '@/components/notify';
import { isUnfinished } from './delete-text';

const REPORT_INTERVAL_MS = 10_000;
const RUNNING_INTERVAL_MS = 1_000;

export function useReport(): UseQueryResult<StorageReport> {
  const api = useApi();
  return useQuery({
    queryKey: ['storage', 'report'],
    queryFn: ({ signal }) => api.storageReport(signal),
    refetchInterval: REPORT_INTERVAL_MS,
  });
}

export function useRetention(): UseQueryResult<Retention> {
  const api = useApi();
  return useQuery({
    queryKey: ['storage', 'retention'],
    queryFn: ({ signal }) => api.retention(signal),
  });
}

/** The log of runs; when one ends, what is stored is asked for anew. */
export function useRuns(): UseQueryResult<StorageRun[]> {
  const api = useApi();
  const queries = useQueryClient();
  const runs = useQuery({
    queryKey: ['storage', 'runs'],
    queryFn: ({ signal }) => api.storageRuns(signal),
    refetchInterval: ({ state }) =>
      state.data?.some(isUnfinished) === true ? RUNNING_INTERVAL_MS : REPORT_INTERVAL_MS,
  });
  const finished = runs.data?.filter((run) => !isUnfinished(run)).length;
  const before = useRef(finished);
  useEffect(() => {
    if (before.current !== undefined && finished !== before.current) {
      void queries.invalidateQueries({ queryKey: ['storage', 'report'] });
    }
    before.current = finished;
  }, [finished, queries]);
  return runs;
}

/** Applies the rules now. */
export function useRunNow(): UseMutationResult<StorageRun, unknown, void> {
  const api = useApi();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.runStorageRules(),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['storage', 'runs'] }),
    onError: (error) => notifyFailure('The run did not begin', error),
  });
}
