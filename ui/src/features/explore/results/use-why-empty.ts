import { useQueries, useQuery } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import type { LogRow } from '@/api/types';
import { patientRetry } from '../histogram/use-histogram';
import { filterPart } from '../state/pipes';
import { scopeOf } from '../state/scope';
import type { Run } from '../state/search-session';
import { blockersOf, type Blocker } from './blockers';

/** More terms than these are not looked at one by one. */
const TERMS_LIMIT = 8;

export interface WhyEmpty {
  isPending: boolean;
  /** Rows of the time range whatever the search; null where they could not be counted. */
  inRange: number | null;
  /** What is left without each term, the most first; terms without which nothing is found either are left out. */
  blockers: (Blocker & { count: number })[];
  /** The nearest matching rows outside the range. */
  before: LogRow | null;
  after: LogRow | null;
  /** False where no row matches at any time. */
  existsElsewhere: boolean | null;
}

/** Finds out why a run found nothing: counts without each term, and looks for the nearest rows at other times. */
export function useWhyEmpty(run: Run): WhyEmpty {
  const api = useApi();
  const filter = filterPart(run.query);
  const options = { staleTime: Infinity, gcTime: 0, ...patientRetry };
  const count = (query: string) => ({
    ...options,
    queryKey: ['explore', 'why-empty', run.id, 'count', query],
    queryFn: async ({ signal }: { signal: AbortSignal }) =>
      (await api.histogram({ ...scopeOf(run), query, buckets: 1 }, signal)).total,
  });
  const hasRange = run.from !== undefined || run.to !== undefined;
  const inRange = useQuery(count('*'));
  const blockers = blockersOf(filter).slice(0, TERMS_LIMIT);
  const counts = useQueries({ queries: blockers.map(({ rest }) => count(rest)) });
  const nearest = useQuery({
    ...options,
    queryKey: ['explore', 'why-empty', run.id, 'nearest'],
    queryFn: async ({ signal }) => {
      const near = (timestamp: string | undefined, side: 'before' | 'after') =>
        timestamp === undefined
          ? null
          : api.surrounding(
              {
                query: filter,
                source: run.source,
                timestamp,
                before: side === 'before' ? 1 : 0,
                after: side === 'after' ? 1 : 0,
              },
              signal,
            );
      const [before, after] = await Promise.all([near(run.from, 'before'), near(run.to, 'after')]);
      return { before: before?.before[0] ?? null, after: after?.after[0] ?? null };
    },
    enabled: hasRange,
  });
  return {
    isPending: inRange.isPending || (hasRange && nearest.isPending) || counts.some((one) => one.isPending),
    inRange: inRange.data ?? null,
    blockers: blockers
      .map((blocker, index) => ({ ...blocker, count: counts[index]?.data ?? 0 }))
      .filter((blocker) => blocker.count > 0)
      .sort((left, right) => right.count - left.count),
    before: nearest.data?.before ?? null,
    after: nearest.data?.after ?? null,
    existsElsewhere: !hasRange
      ? false
      : nearest.data === undefined
        ? null
        : (nearest.data.before ?? nearest.data.after) !== null,
  };
}
