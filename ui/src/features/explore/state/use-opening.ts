import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useStatus } from '@/api/status';
import { ALL_TIME, DEFAULT_RANGE } from '@/lib/time-range/range';
import { hasNoRange, isDefaultRangeEmpty, openingRange } from './opening';
import { rangeParameters, type ExploreSearch } from './search-state';
import type { SessionState } from './search-session';

interface Found extends Pick<SessionState, 'status' | 'run'> {
  hasRows: boolean;
}

interface Opening {
  /** All time is shown because nothing is newer. */
  isWidened: boolean;
  /** The range is about to be known: a search of the default one would be for nothing. */
  isDeciding: boolean;
}

/**
 * Gives an address without a range the one that shows something, in place of the address, so that the way back leads
 * past it.
 */
export function useOpening(query: string, { status, hasRows, run }: Found, isFirst = true): Opening {
  const parameters: ExploreSearch = useSearch({ from: '/explore' });
  const server = useStatus();
  const stored = server.data?.storage?.rows;
  const [openedAt] = useState(() => Date.now());
  const navigate = useNavigate({ from: '/explore' });
  const router = useRouter();
  const [isWidened, setWidened] = useState(false);
  // A second search goes where the first one does; what is stored here says nothing of another source.
  const isOpen = isFirst && parameters.src === undefined && hasNoRange(parameters);
  // An answer from before the first rows were stored says nothing of them.
  const [runOfNothing, setRunOfNothing] = useState<number | null>(null);
  if (stored === 0 && run !== null && run.id !== runOfNothing) setRunOfNothing(run.id);
  const isAnswered = status === 'done' && run?.query === query && (hasRows || run.id !== runOfNothing);
  const isEmpty = isOpen && query === '' ? isDefaultRangeEmpty(server.data?.storage, openedAt) : false;
  // Where the server or its engine does not come, the search is what says so.
  const isAwaited = server.data === undefined ? !server.isError : server.data.state === 'starting';
  const isDeciding = isEmpty ?? isAwaited;
  let opening: ReturnType<typeof openingRange> = null;
  if (isOpen && isEmpty === true) opening = 'all';
  else if (isOpen && isAnswered) opening = openingRange(query, hasRows, stored);

  useEffect(() => {
    if (opening === null) return;
    // Whoever went elsewhere meanwhile stays there.
    const { pathname, search } = router.latestLocation;
    if (pathname !== '/explore' || !hasNoRange(search)) return;
    const range = rangeParameters(opening === 'all' ? ALL_TIME : DEFAULT_RANGE);
    void navigate({ search: (previous: ExploreSearch) => ({ ...previous, ...range }), replace: true }).then(
      () => setWidened(opening === 'all'),
    );
  }, [opening, navigate, router]);

  if (isWidened && parameters.from !== undefined && parameters.from !== 'all') setWidened(false);
  return { isWidened: isWidened && parameters.from === 'all' && parameters.to === undefined, isDeciding };
}
