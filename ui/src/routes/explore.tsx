import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router';
import { hasNoRange, startRange } from '@/features/explore/state/opening';
import { rangeParameters, validateExploreSearch } from '@/features/explore/state/search-state';
import { rootRoute } from './root';

export const exploreRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/explore',
  validateSearch: validateExploreSearch,
  beforeLoad: ({ search }) => {
    const range = hasNoRange(search) ? startRange(window.localStorage) : null;
    if (range === null) return;
    redirect({
      to: '/explore',
      search: { ...search, ...rangeParameters(range) },
      replace: true,
      throw: true,
    });
  },
  component: lazyRouteComponent(() => import('@/features/explore/explore-page'), 'ExplorePage'),
});
