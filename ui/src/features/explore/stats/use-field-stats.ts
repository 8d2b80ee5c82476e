import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import { scopeOf } from '../state/scope';
import type { Run } from '../state/search-session';

/** What the values of a field look like among the rows of a run. */
export function useFieldStats(run: Run | null, field: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['explore', 'field-stats', field, run?.query, run?.from, run?.to, run?.source],
    queryFn: ({ signal }) => api.fieldStats({ ...scopeOf(run), field }, signal),
    enabled: run !== null,
    staleTime: 30_000,
    retry: false,
  });
}
