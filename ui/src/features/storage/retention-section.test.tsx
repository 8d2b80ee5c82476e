import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { ApiClient, ApiContext } from '@/api/client';
import type { Retention } from '@/api/types';
import type { ApiRequest, ApiResponse } from '@/platform/platform';
import { RetentionSection } from './retention-section';

const retention: Retention = {
  version: 3,
  changed_at: null,
  configured_days: 30,
  logs: { days: 30, source: 'configuration', rules: [{ service: 'noisy', attribute: null, days: 3 }] },
  traces: { days: 30, source: 'configuration', rules: [] },
  next_run_at: '2026-11-24T00:05:00Z',
  cold_after_days: null,
};

const preview = {
  rows: 720,
  bytes: 5_000,
  rows_are_estimated: false,
  bytes_are_estimated: true,
  oldest: '2026-03-03T10:00:00Z',
  first_day: '2026-03-03',
  last_day: '2026-03-04',
  by_rule: [
    { signal: 'logs', rule: null, rows: 700, bytes: 4_900 },
    { signal: 'logs', rule: 0, rows: 20, bytes: 100 },
  ],
  by_day: [],
  waiting_rows: 0,
};

/** Renders the editor before a server that answers as `answer` says. */
function show(answer: (request: ApiRequest) => ApiResponse): ApiRequest[] {
  const requests: ApiRequest[] = [];
  const api = new ApiClient({
    request: (request) => {
      requests.push(request);
      return Promise.resolve(answer(request));
    },
    stream: () => Promise.reject(new Error('no streams')),
  });
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={new QueryClient()}>
        <ApiContext value={api}>
          <RetentionSection retention={retention} services={['noisy', 'api']} />
        </ApiContext>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return requests;
}

describe('the editor of the rules', () => {
  it('deletes nothing before it was counted and applied', async () => {
    const requests = show(({ method }) => ({
      status: 200,
      body: JSON.stringify(method === 'PUT' ? { retention: { ...retention, version: 4 }, run: {} } : preview),
    }));
    expect(screen.queryByText('Count what goes')).toBeNull();
    fireEvent.change(screen.getByLabelText('Logs rule 1: days'), { target: { value: '2' } });
    fireEvent.click(screen.getByText('Count what goes'));
    const apply = await screen.findByText(/^Apply and delete 720\srows$/);
    expect(screen.getByLabelText('What will be deleted')).toHaveTextContent(/service noisy: 20\srows/);
    expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /api/v1/retention/preview',
    ]);

    fireEvent.click(apply);
    await waitFor(() => expect(requests).toHaveLength(2));
    expect(requests[1]).toMatchObject({
      method: 'PUT',
      body: {
        version: 3,
        logs: { days: null, rules: [{ service: 'noisy', attribute: null, days: 2 }] },
        traces: { days: null, rules: [] },
      },
    });
  });

  it('counts anew after each change', async () => {
    show(() => ({ status: 200, body: JSON.stringify(preview) }));
    const days = screen.getByLabelText('Logs rule 1: days');
    fireEvent.change(days, { target: { value: '2' } });
    fireEvent.click(screen.getByText('Count what goes'));
    await screen.findByText(/^Apply and delete/);
    fireEvent.change(days, { target: { value: '1' } });
    expect(screen.queryByText(/^Apply/)).toBeNull();
    fireEvent.change(days, { target: { value: '3' } });
    expect(screen.queryByText('Discard')).toBeNull();
  });

  it('says what the server says against it', async () => {
    const error = { code: 'engine.unavailable', message: 'the engine is restarting' };
    show(() => ({ status: 503, body: JSON.stringify({ error }) }));
    fireEvent.click(screen.getByLabelText('Remove Logs rule 1'));
    fireEvent.click(screen.getByText('Count what goes'));
    expect(await screen.findByRole('alert')).toHaveTextContent('The engine is restarting.');
  });
});
