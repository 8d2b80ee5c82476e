import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { validateSavedSearch } from '@/features/saved/saved-search';
import { rootRoute } from './root';

export const savedRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/saved',
  validateSearch: validateSavedSearch,
  component: lazyRouteComponent(() => import('@/features/saved/saved-page'), 'SavedPage'),
});
