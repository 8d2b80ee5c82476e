import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import type { TimeRange } from '@/lib/time-range/range';

const ROWS = 1_000;

export interface BuilderResult {
  shape: 'records' | 'table' | 'time_series';
  columns: { name: string; type: string }[];
  rows: Record<string, unknown>[];
  truncated: boolean;
  bucketSeconds: number | null;
  elapsedMs: number;
}

interface Answer {
  shape?: BuilderResult['shape'];
  columns?: BuilderResult['columns'];
  rows: Record<string, unknown>[];
  truncated?: boolean;
  next_cursor?: string | null;
  bucket_seconds?: number | null;
  stats: { elapsed_ms: number };
}

/** Columns of records; the others are in the row panel of Explore. */
const RECORD_COLUMNS = [
  { name: 'Timestamp', type: 'DateTime64(9)' },
  { name: 'SeverityText', type: 'LowCardinality(String)' },
  { name: 'ServiceName', type: 'LowCardinality(String)' },
  { name: 'Body', type: 'String' },
  { name: 'LogAttributes', type: 'Map(LowCardinality(String), String)' },
  { name: 'ResourceAttributes', type: 'Map(LowCardinality(String), String)' },
];

/** What the search answers, each time that it becomes another; `null` is no search. */
export function useResult(text: string | null, range: TimeRange): UseQueryResult<BuilderResult> {
  const api = useApi();
  const span = { from: range.from ?? undefined, to: range.to ?? undefined };
  return useQuery({
    queryKey: ['builder', 'result', text, span],
    queryFn: async ({ signal }): Promise<BuilderResult> => {
      const body = { query: text ?? '', limit: ROWS, ...span };
      const answer = await api.call<Answer>({ method: 'POST', path: '/api/v1/search', body, signal });
      return {
        shape: answer.shape ?? 'records',
        columns: answer.columns ?? RECORD_COLUMNS,
        rows: answer.rows,
        truncated: answer.truncated ?? answer.next_cursor != null,
        bucketSeconds: answer.bucket_seconds ?? null,
        elapsedMs: answer.stats.elapsed_ms,
      };
    },
    enabled: text !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** How many records the conditions find. */
export function useCount(filter: string | null, range: TimeRange): UseQueryResult<number> {
  const api = useApi();
  const span = { from: range.from ?? undefined, to: range.to ?? undefined };
  return useQuery({
    queryKey: ['builder', 'count', filter, span],
    queryFn: async ({ signal }) =>
      (await api.histogram({ query: filter ?? '', buckets: 1, ...span }, signal)).total,
    enabled: filter !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
}
