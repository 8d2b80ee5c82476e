import { useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import { useExplore, useResults } from '../state/explore-context';
import { scopeOf } from '../state/scope';
import { isRelative } from '@/lib/time-range/range';

/** How many rows came since the search ran, looked for as often as the user chose. */
export function useNewerRows(): number {
  const api = useApi();
  const { search, session, autoRefreshS } = useExplore();
  const run = useResults((results) => results.run);
  const isDone = useResults(({ status }) => status === 'done');
  const follows = autoRefreshS > 0 && (isRelative(search.range) || search.range.to === null);
  const { data } = useQuery({
    queryKey: ['explore', 'newer', run],
    queryFn: async ({ signal }) => {
      const since = run?.to ?? session.get().rows.row(0)?.Timestamp;
      const answer = await api.histogram(
        { ...scopeOf(run), from: since, to: new Date().toISOString(), buckets: 1 },
        signal,
      );
      return answer.total;
    },
    enabled: follows && run !== null && isDone,
    // What is there when the search has just run is nothing new.
    initialData: 0,
    staleTime: autoRefreshS * 1_000,
    refetchInterval: autoRefreshS * 1_000,
    retry: false,
    gcTime: 0,
  });
  return follows ? data : 0;
}
