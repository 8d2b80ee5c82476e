import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/client';
import type { LogRow } from '@/api/types';
import { fieldTerm } from '@/lib/query-language/filters';
import { useExplore } from '../state/explore-context';

export type Surroundings = 'service' | 'host' | 'trace' | 'all';

/** The search whose rows stand around a row; null where the row has no such thing. */
export function surroundingQuery(row: LogRow, scope: Surroundings): string | null {
  const host = row.ResourceAttributes['host.name'] ?? '';
  const values = { service: row.ServiceName, host, trace: row.TraceId, all: '*' };
  const value = values[scope];
  if (value === '') return null;
  if (scope === 'all') return '*';
  return fieldTerm(scope === 'trace' ? 'trace_id' : scope, value);
}

const STEP_ROWS = 20;
const MOST_ROWS = 1_000;

/** Rows before and after a row, newest first as in the table, and ways to get more on each side. */
export function useSurrounding(row: LogRow, query: string) {
  const api = useApi();
  const { source } = useExplore().search;
  const [counts, setCounts] = useState({ before: STEP_ROWS, after: STEP_ROWS });
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['explore', 'surrounding', row.IngestId, query, counts, source],
    queryFn: ({ signal }) =>
      api.surrounding(
        { query, source, timestamp: row.Timestamp, ingest_id: row.IngestId, ...counts },
        signal,
      ),
    placeholderData: (previous, previousQuery) =>
      previousQuery?.queryKey[2] === row.IngestId && previousQuery.queryKey[3] === query
        ? previous
        : undefined,
    staleTime: 60_000,
  });
  const more = (side: 'before' | 'after') => () =>
    setCounts({ ...counts, [side]: Math.min(counts[side] * 2, MOST_ROWS) });
  return {
    newer: data?.after.toReversed(),
    older: data?.before,
    hasNewer: data?.after.length === counts.after && counts.after < MOST_ROWS,
    hasOlder: data?.before.length === counts.before && counts.before < MOST_ROWS,
    showNewer: more('after'),
    showOlder: more('before'),
    error,
    isFetching,
    refetch,
  };
}
