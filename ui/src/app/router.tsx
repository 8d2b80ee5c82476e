import { createRoute, createRouter, redirect } from '@tanstack/react-router';
import { dashboardRoute, dashboardsRoute } from '@/routes/dashboards';
import { builderRoute } from '@/routes/builder';
import { deliveryRoute } from '@/routes/delivery';
import { exploreRoute } from '@/routes/explore';
import { exportsRoute } from '@/routes/exports';
import { importsRoute } from '@/routes/imports';
import { rootRoute } from '@/routes/root';
import { savedRoute } from '@/routes/saved';
import { settingsRoute } from '@/routes/settings';
import { sqlRoute } from '@/routes/sql';
import { connectionsRoute } from '@/routes/connections';
import { storageRoute } from '@/routes/storage';
import { tailRoute } from '@/routes/tail';
import { RouteError } from './route-error';

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: () => redirect({ to: '/explore', replace: true, throw: true }),
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    homeRoute,
    exploreRoute,
    tailRoute,
    dashboardsRoute,
    dashboardRoute,
    sqlRoute,
    builderRoute,
    savedRoute,
    importsRoute,
    exportsRoute,
    storageRoute,
    connectionsRoute,
    deliveryRoute,
    settingsRoute,
  ]),
  defaultPreload: 'intent',
  defaultErrorComponent: RouteError,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
