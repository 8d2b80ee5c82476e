import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { useApi } from '@/api/client';
import { isTransient } from '@/api/errors';
import { scopeOf } from '../state/scope';
import type { Run } from '../state/search-session';
import { histogramData, type HistogramData } from './histogram-data';

const RETRY_LIMIT_MS = 4_000;

/** Keeps asking while the server or its engine is away; what the search itself cannot do is final. */
export const patientRetry = {
  retry: (_failures: number, error: Error) => isTransient(error),
  retryDelay: (failures: number) => Math.min(500 * 2 ** failures, RETRY_LIMIT_MS),
};

/** How many bars a window of this width has room for. */
function bucketsOf(width: number): number {
  return width < 700 ? 60 : Math.max(100, Math.round(width / 16));
}

/** The last value that was there, while the next one is on its way or has failed. */
export function useLast<T>(value: T | undefined): T | undefined {
  const [last, setLast] = useState(value);
  if (value !== undefined && value !== last) setLast(value);
  return value ?? last;
}

/** Rows over time of a run. `data` is of the run before (`isStale`) until the answer comes. */
export function useHistogram(run: Run | null): {
  data: HistogramData | undefined;
  isStale: boolean;
  /** True where no counts will come, as the search itself is refused. */
  hasFailed: boolean;
  sql: string | null;
} {
  const api = useApi();
  const [buckets] = useState(() => bucketsOf(window.innerWidth));
  const { data, isError } = useQuery({
    queryKey: ['explore', 'histogram', run],
    queryFn: ({ signal }) => api.histogram({ ...scopeOf(run), buckets }, signal),
    enabled: run !== null,
    gcTime: 60_000,
    staleTime: Infinity,
    ...patientRetry,
  });
  const last = useLast(data);
  const shown = useMemo(() => (last === undefined ? undefined : histogramData(last)), [last]);
  return { data: shown, isStale: data === undefined, hasFailed: isError, sql: last?.sql ?? null };
}
