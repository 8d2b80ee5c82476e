import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import { estimateSql, type Estimate, type SqlStatement } from '@/api/sql';

const TYPING_MS = 450;
const FRESH_MS = 30_000;

export interface EstimateState {
  estimate: Estimate | null;
  error: unknown;
  /** What stands in the editor has changed since. */
  isStale: boolean;
}

/** What the statement would read, asked for when typing stops; also the first to say what is wrong with it. */
export function useEstimate(statement: SqlStatement | null): EstimateState {
  const api = useApi();
  const wanted = JSON.stringify(statement);
  const [settled] = useDebouncedValue(wanted, TYPING_MS);
  const { data, error, isPlaceholderData } = useQuery({
    queryKey: ['sql', 'estimate', settled],
    queryFn: ({ signal }) => estimateSql(api, JSON.parse(settled) as SqlStatement, signal),
    enabled: settled !== 'null',
    placeholderData: keepPreviousData,
    staleTime: FRESH_MS,
    retry: false,
  });
  return {
    estimate: settled === 'null' || error !== null ? null : (data ?? null),
    error: settled === 'null' ? null : error,
    isStale: settled !== wanted || isPlaceholderData,
  };
}
