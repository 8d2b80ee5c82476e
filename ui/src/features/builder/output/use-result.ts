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
  shape: BuilderResult['shape'];
  columns: BuilderResult['columns'];
  rows: Record<string, unknown>[];
  truncated: boolean;
  next_cursor?: string | null;
  bucket_seconds?: number | null;
  stats: { elapsed_ms: number };
}

/** What one reads first of a record; what the steps have added stands right behind. */
const FIRST = ['Timestamp', 'SeverityText', 'ServiceName', 'Body'];
const ATTRIBUTES = ['LogAttributes', 'ResourceAttributes'];

/** The other columns of a record stand behind its attributes. */
function inReadingOrder(columns: BuilderResult['columns']): BuilderResult['columns'] {
  const rank = ({ name }: { name: string }): number => {
    if (FIRST.includes(name)) return FIRST.indexOf(name);
    if (ATTRIBUTES.includes(name)) return 20;
    return /^(?:TraceId|SpanId|TraceFlags|SeverityNumber|EventName|IngestId|(?:Scope|Resource)\w+)$/.test(
      name,
    )
      ? 30
      : 10;
  };
  return columns.toSorted((left, right) => rank(left) - rank(right));
}

/** What is asked of which source. */
export interface Asked {
  /** `null` is no search. */
  text: string | null;
  range: TimeRange;
  source: string | undefined;
}

/** What the search answers, each time that it becomes another. */
export function useResult({ text, range, source }: Asked): UseQueryResult<BuilderResult> {
  const api = useApi();
  const span = { from: range.from ?? undefined, to: range.to ?? undefined };
  return useQuery({
    queryKey: ['builder', 'result', text, source, span],
    queryFn: async ({ signal }): Promise<BuilderResult> => {
      const body = { query: text ?? '', limit: ROWS, source, ...span };
      const answer = await api.call<Answer>({ method: 'POST', path: '/api/v1/search', body, signal });
      const { shape, columns } = answer;
      return {
        shape,
        columns: shape === 'records' ? inReadingOrder(columns) : columns,
        rows: answer.rows,
        truncated: answer.truncated || answer.next_cursor != null,
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
export function useCount({ text: filter, range, source }: Asked): UseQueryResult<number> {
  const api = useApi();
  const span = { from: range.from ?? undefined, to: range.to ?? undefined };
  return useQuery({
    queryKey: ['builder', 'count', filter, source, span],
    queryFn: async ({ signal }) =>
      (await api.histogram({ query: filter ?? '', buckets: 1, source, ...span }, signal)).total,
    enabled: filter !== null,
    placeholderData: keepPreviousData,
    retry: false,
  });
}
