import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { validateSqlSearch } from '@/features/sql/sql-search';
import { rootRoute } from './root';

export const sqlRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sql',
  validateSearch: validateSqlSearch,
  component: lazyRouteComponent(() => import('@/features/sql/sql-page'), 'SqlPage'),
});
