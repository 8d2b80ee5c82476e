import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { validateBuilderSearch } from '@/features/builder/builder-search';
import { rootRoute } from './root';

export const builderRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/builder',
  validateSearch: validateBuilderSearch,
  component: lazyRouteComponent(() => import('@/features/builder/builder-page'), 'BuilderPage'),
});
