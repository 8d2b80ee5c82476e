import { createRootRoute, Outlet } from '@tanstack/react-router';
import { Frame } from '@/app/frame';
import { NotFound } from '@/app/not-found';

export const rootRoute = createRootRoute({
  component: () => (
    <Frame>
      <Outlet />
    </Frame>
  ),
  notFoundComponent: NotFound,
});
