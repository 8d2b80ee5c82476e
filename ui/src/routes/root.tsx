import { createRootRoute, Outlet } from '@tanstack/react-router';
import { Frame } from '@/app/frame';
import { NotFound } from '@/app/not-found';
import { ImportHost } from '@/features/imports/import-host';

export const rootRoute = createRootRoute({
  component: () => (
    <ImportHost>
      <Frame>
        <Outlet />
      </Frame>
    </ImportHost>
  ),
  notFoundComponent: NotFound,
});
