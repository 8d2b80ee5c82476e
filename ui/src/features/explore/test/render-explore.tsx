import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { vi } from 'vitest';
import { ApiClient, ApiContext } from '@/api/client';
import { ExploreContext, type Explore } from '../state/explore-context';
import { SearchSession, type SessionState } from '../state/search-session';
import { readState } from '../state/search-state';

/** Renders a part of Explore around a search, with a server that never answers; `queries` are those it asked for. */
export function renderExplore(
  query: string,
  children: ReactNode,
  results: Partial<SessionState> = {},
): { queries: string[]; columns: string[][] } {
  const queries: string[] = [];
  const columns: string[][] = [];
  const api = new ApiClient({
    request: () => new Promise(() => undefined),
    stream: () => new Promise(() => undefined),
  });
  const session = new SearchSession(api);
  vi.spyOn(session, 'get').mockReturnValue({ ...session.get(), ...results });
  const explore: Explore = {
    search: readState(query === '' ? {} : { q: query }),
    rowParameter: undefined,
    session,
    zone: 'utc',
    refresh: () => undefined,
    isWidened: false,
    setQuery: (next) => queries.push(next),
    editQuery: (edit) => queries.push(edit(query)),
    setDraft: () => undefined,
    readDraft: () => '',
    setRange: () => undefined,
    setQueryAndRange: (next) => queries.push(next),
    setColumns: (next) => columns.push(next),
    setSource: () => undefined,
    autoRefreshS: 0,
    setAutoRefreshS: () => undefined,
    showAround: () => undefined,
    showAt: () => undefined,
    showKey: () => undefined,
    openRow: () => undefined,
  };
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <ApiContext value={api}>
          <ExploreContext value={explore}>{children}</ExploreContext>
        </ApiContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { queries, columns };
}
