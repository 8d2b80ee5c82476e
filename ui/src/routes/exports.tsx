import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { validateExportsSearch } from '@/features/exports/exports-search';
import { rootRoute } from './root';

export const exportsRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/exports',
  validateSearch: validateExportsSearch,
  component: lazyRouteComponent(() => import('@/features/exports/exports-page'), 'ExportsPage'),
});
