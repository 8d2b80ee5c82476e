import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { validateBoardSearch } from '@/features/dashboards/state/board-search';
import { rootRoute } from './root';

export const dashboardsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboards',
  component: lazyRouteComponent(() => import('@/features/dashboards/list/dashboards-page'), 'DashboardsPage'),
});

export const dashboardRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/dashboards/$id',
  validateSearch: validateBoardSearch,
  component: lazyRouteComponent(() => import('@/features/dashboards/board/board-route'), 'BoardRoute'),
});
