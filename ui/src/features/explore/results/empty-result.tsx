import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/client';
import type { HistogramResponse } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCountOf } from '@/lib/format/numbers';
import { patientRetry } from '../histogram/use-histogram';
import { filtersOf, removeRange } from '@/lib/query-language/filters';
import { useExplore } from '../state/explore-context';
import type { Run } from '../state/search-session';
import { ALL_TIME, formatRange, zoomOut } from '@/lib/time-range/range';
import { formatDate, type Zone } from '@/lib/time-range/zone';
import classes from './results.module.css';

const SKELETON_ROWS = 6;

function useCount(name: string, run: Run, query: string, from?: string, to?: string) {
  const api = useApi();
  return useQuery({
    queryKey: ['explore', 'empty', name, run],
    queryFn: ({ signal }) => api.histogram({ query, from, to, buckets: 1 }, signal),
    staleTime: Infinity,
    gcTime: 0,
    ...patientRetry,
  });
}

function daysOf({ from, to }: HistogramResponse, zone: Zone): string {
  const first = formatDate(Date.parse(from), zone);
  const last = formatDate(Date.parse(to) - 1, zone);
  return first === last ? first : `${first} to ${last}`;
}

/** No rows: says whether the time range or the search is why, and offers the way out of it. */
export function EmptyResult({ run }: { run: Run }) {
  const { search, zone, setQuery, setRange, setQueryAndRange } = useExplore();
  const [now] = useState(() => Date.now());
  const isAllTime = search.range.from === null && search.range.to === null;
  const elsewhere = useCount('elsewhere', run, run.query);
  const unfiltered = useCount('unfiltered', run, '*', run.from, run.to);
  if (elsewhere.isPending || unfiltered.isPending) return <SkeletonRows count={SKELETON_ROWS} />;
  // Where the counts fail the ways out are offered all the same.
  const elsewhereTotal = elsewhere.data?.total ?? null;
  const unfilteredTotal = unfiltered.data?.total ?? null;

  const range = formatRange(search.range, zone);
  const phrase = isAllTime ? 'at any time' : `in the range "${range}"`;
  const filters = filtersOf(run.query);
  if (!isAllTime && elsewhereTotal !== 0) {
    const days = elsewhere.data ? daysOf(elsewhere.data, zone) : null;
    const wider = zoomOut(search.range, now);
    return (
      <EmptyState
        title={`No rows ${phrase}`}
        action={
          <div className={classes.emptyActions}>
            <Button onClick={() => setRange(ALL_TIME)}>Show all time{days !== null && ` (${days})`}</Button>
            {wider && (
              <Button variant="default" onClick={() => setRange(wider)}>
                Zoom out to {formatRange(wider, zone).replace(/^L/, 'l')}
              </Button>
            )}
          </div>
        }
      >
        {elsewhereTotal === null || days === null
          ? 'There may be some at other times.'
          : `${formatCountOf(elsewhereTotal, 'row matches', 'rows match')} at other times, from ${days}.`}
      </EmptyState>
    );
  }
  if (run.query !== '' && run.query !== '*') {
    return (
      <EmptyState
        title={`No row matches ${phrase}`}
        action={
          <div className={classes.emptyActions}>
            <Button onClick={() => setQuery('')}>Clear the search</Button>
            {filters.length > 1 &&
              filters.map((filter) => (
                <Button
                  key={filter.from}
                  variant="default"
                  onClick={() => setQuery(removeRange(run.query, filter.from, filter.to))}
                >
                  Without {filter.negated ? 'not ' : ''}
                  {filter.field}: {filter.label}
                </Button>
              ))}
          </div>
        }
      >
        {unfilteredTotal === null || unfilteredTotal > 0
          ? `${unfilteredTotal === null ? 'There may be rows' : formatCountOf(unfilteredTotal, 'row is', 'rows are')} there without the search: it is too narrow, or a name or a value in it is written differently.`
          : 'No row matches at other times either, and there are none at all in this range.'}
        {unfilteredTotal === 0 && !isAllTime && (
          <>
            {' '}
            <button
              type="button"
              className={classes.textButton}
              onClick={() => setQueryAndRange('', ALL_TIME)}
            >
              Show everything
            </button>
          </>
        )}
      </EmptyState>
    );
  }
  return (
    <EmptyState title="Nothing is stored yet">As soon as the first rows arrive, they show here.</EmptyState>
  );
}
