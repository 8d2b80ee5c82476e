import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { cleanup, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import '@/test/page';
import { ApiClient, ApiContext } from '@/api/client';
import type { DeadLetterList } from '@/api/types';
import { PreferenceContext, PreferenceStore } from '@/lib/preferences/preferences';
import type { ApiRequest } from '@/platform/platform';
import { RefusedBatches } from './refused-batches';

const LIST: DeadLetterList = {
  dead_letters: [
    {
      id: 'refused-1',
      kind: 'refused',
      time: '2026-11-20T01:02:03Z',
      reason: 'Constraint `no_poison` is violated',
      rows: 3,
      bytes: 448,
    },
  ],
  bytes: 500,
  limit_bytes: 1000,
  waiting_batches: 2,
};

function show(list: DeadLetterList, answers: Record<string, unknown> = {}): ApiRequest[] {
  const requests: ApiRequest[] = [];
  const api = new ApiClient({
    request: (request) => {
      requests.push(request);
      const answer = answers[`${request.method} ${request.path}`];
      return Promise.resolve({ status: 200, body: answer === undefined ? '' : JSON.stringify(answer) });
    },
    stream: () => new Promise(() => undefined),
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <ApiContext value={api}>
          <PreferenceContext value={new PreferenceStore(window.localStorage)}>
            <RefusedBatches list={list} />
          </PreferenceContext>
        </ApiContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return requests;
}

const DETAIL = { 'GET /api/v1/dead-letters/refused-1': { ...LIST.dead_letters[0], sample: [] } };

describe('refused batches', () => {
  afterEach(cleanup);

  it('say so when there are none', () => {
    show({ ...LIST, dead_letters: [] });
    expect(screen.getByText('Nothing was refused')).toBeDefined();
  });

  it('are sent again, and what is refused again is told', async () => {
    const requests = show(LIST, {
      ...DETAIL,
      'POST /api/v1/dead-letters/refused-1/retry': { stored: 0, refused: 3, reason: 'still no_poison' },
    });
    expect(screen.getByText(/2\smore batches in the spool/)).toBeDefined();
    fireEvent.click(screen.getByRole('button', { expanded: false }));
    fireEvent.click(await screen.findByRole('button', { name: 'Send again' }));
    expect(await screen.findByText(/3\srows were refused again: Still no_poison/)).toBeDefined();
    expect(requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('are deleted only after the question', async () => {
    const requests = show(LIST, DETAIL);
    const deleted = (): ApiRequest[] => requests.filter(({ method }) => method === 'DELETE');
    fireEvent.click(screen.getByRole('button', { expanded: false }));
    fireEvent.click(await screen.findByRole('button', { name: 'Delete…' }));
    fireEvent.click(await screen.findByRole('button', { name: 'Keep' }));
    expect(deleted()).toHaveLength(0);
    fireEvent.click(screen.getByRole('button', { name: 'Delete…' }));
    fireEvent.click(await screen.findByRole('button', { name: /Delete 3\srows/ }));
    await waitFor(() => expect(deleted()).toHaveLength(1));
  });
});
