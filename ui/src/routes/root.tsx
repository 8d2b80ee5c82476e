import { createRootRoute, Outlet } from '@tanstack/react-router';
import { Frame } from '@/app/frame';
import { NotFound } from '@/app/not-found';
import { SavedHost } from '@/components/saved/saved-host';
import { ImportHost } from '@/features/imports/import-host';

export const rootRoute = createRootRoute({
  component: () => (
    <ImportHost>
      <SavedHost>
        <Frame>
          <Outlet />
        </Frame>
      </SavedHost>
    </ImportHost>
  ),
  notFoundComponent: NotFound,
});
