import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { validateTailSearch } from '@/features/tail/state/tail-search';
import { rootRoute } from './root';

export const tailRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/tail',
  validateSearch: validateTailSearch,
  component: lazyRouteComponent(() => import('@/features/tail/tail-page'), 'TailPage'),
});
