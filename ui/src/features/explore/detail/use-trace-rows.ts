import type { LogRow } from '@/api/types';
import { fieldTerm } from '@/lib/query-language/filters';
import { useExplore } from '../state/explore-context';
import { absoluteRange } from '@/lib/time-range/range';

const REACH_MS = 3_600_000;

/** Searches for all rows of a row's trace, an hour before and after it. */
export function useTraceRows(row: LogRow): () => void {
  const { setQueryAndRange } = useExplore();
  const middle = Date.parse(row.Timestamp);
  return () =>
    setQueryAndRange(fieldTerm('trace_id', row.TraceId), absoluteRange(middle - REACH_MS, middle + REACH_MS));
}
