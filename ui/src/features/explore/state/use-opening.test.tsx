import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  RouterProvider,
} from '@tanstack/react-router';
import { act, render, screen, waitFor } from '@testing-library/react';
import { beforeEach, expect, it, vi } from 'vitest';
import { ApiClient, ApiContext } from '@/api/client';
import { validateExploreSearch, type ExploreSearch } from './search-state';
import { useOpening } from './use-opening';

beforeEach(() => {
  vi.spyOn(window, 'scrollTo').mockImplementation(() => undefined);
});

/** A page that only opens: a server with so many rows, and a search without any. */
async function openExplore(address: string) {
  let stored = 0;
  let newest: number | null = null;
  const queries = new QueryClient();
  const api = new ApiClient({
    request: () =>
      Promise.resolve({
        status: 200,
        body: JSON.stringify({ state: 'ready', storage: { rows: stored, disk_bytes: 1, newest_s: newest } }),
      }),
    stream: () => new Promise(() => undefined),
  });
  const answer = (id: number, query: string) => ({
    status: 'done' as const,
    hasRows: false,
    run: { id, query, from: '2026-11-20T00:00:00Z', to: '2026-11-20T00:15:00Z' },
  });
  let results = answer(1, '');
  const root = createRootRoute();
  const explore = createRoute({
    getParentRoute: () => root,
    path: '/explore',
    validateSearch: validateExploreSearch,
    component: function Explore() {
      const search: ExploreSearch = explore.useSearch();
      return <p>{useOpening(search.q ?? '', results).isWidened ? 'widened' : 'as asked'}</p>;
    },
  });
  const router = createRouter({
    routeTree: root.addChildren([explore]),
    history: createMemoryHistory({ initialEntries: [address] }),
  });
  render(
    <QueryClientProvider client={queries}>
      <ApiContext value={api}>
        <RouterProvider router={router as never} />
      </ApiContext>
    </QueryClientProvider>,
  );
  await screen.findByText('as asked');
  await waitFor(() => expect(queries.getQueryData(['status'])).toBeDefined());
  return {
    router,
    /** Rows arrive, and the status says so. */
    store: async (rows: number, newestSecond = Date.now() / 1000) => {
      stored = rows;
      newest = newestSecond;
      await act(() => queries.refetchQueries({ queryKey: ['status'] }));
    },
    /** The search was run again, and found none. */
    search: async (id: number, query: string) => {
      results = answer(id, query);
      await act(() => queries.refetchQueries({ queryKey: ['status'] }));
      await act(() => router.invalidate());
    },
  };
}

it('widens to all time once a search after the first rows finds none of them', async () => {
  const page = await openExplore('/explore');
  await page.store(5);
  expect(page.router.state.location.search).toEqual({});

  await page.search(2, '');
  await waitFor(() => expect(page.router.state.location.search).toEqual({ from: 'all' }));
  expect(await screen.findByText('widened')).toBeVisible();
});

it('leaves the link to an imported file alone', async () => {
  const page = await openExplore('/explore');
  const link = { q: 'log.file.name:"dpkg.log"', from: '2026-03-01T10:00:00Z', to: '2026-03-01T10:00:04Z' };
  await act(() => page.router.navigate({ to: '/explore', search: link }));
  await page.store(4);
  await page.search(2, link.q);
  expect(page.router.state.location.search).toEqual(link);
  expect(screen.getByText('as asked')).toBeVisible();
});

it('does not search the last minutes where all that is stored is older', async () => {
  const page = await openExplore('/explore');
  await page.store(5, Date.now() / 1000 - 3600);
  await waitFor(() => expect(page.router.state.location.search).toEqual({ from: 'all' }));
  expect(await screen.findByText('widened')).toBeVisible();
});

it('leaves the range of another source alone, whatever is stored here', async () => {
  const page = await openExplore('/explore?src=production');
  await page.store(5, Date.now() / 1000 - 3600);
  await page.search(2, '');
  expect(page.router.state.location.search).toEqual({ src: 'production' });
  expect(screen.getByText('as asked')).toBeVisible();
});
