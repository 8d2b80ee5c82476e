import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from './root';

export const deliveryRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/delivery',
  component: lazyRouteComponent(() => import('@/features/delivery/delivery-page'), 'DeliveryPage'),
});
