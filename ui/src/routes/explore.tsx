import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { validateExploreSearch } from '@/features/explore/state/search-state';
import { rootRoute } from './root';

export const exploreRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/explore',
  validateSearch: validateExploreSearch,
  component: lazyRouteComponent(() => import('@/features/explore/explore-page'), 'ExplorePage'),
});
