import { expect, it, vi } from 'vitest';
import { ApiClient } from '@/api/client';
import type { WidgetKind, WidgetQuery } from '@/api/dashboards';
import { runQuery } from './query';

/** The address and the source of what a widget asks. */
async function asked(kind: WidgetKind, query: WidgetQuery, source: string | undefined) {
  const answer = { columns: [], rows: [], buckets: [], stats: {}, from: null, to: null };
  const request = vi.fn(({ body }: { path: string; body?: unknown }) => {
    expect(body).toBeDefined();
    return Promise.resolve({ status: 200, body: JSON.stringify(answer) });
  });
  const api = new ApiClient({ request, stream: () => Promise.resolve() });
  const span = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T01:00:00Z' };
  await runQuery(api, { kind, query, source, values: {}, ...span }, new AbortController().signal);
  const [call] = request.mock.calls[0] ?? [];
  return [call?.path, (call?.body as { source?: string }).source];
}

it('asks the source, whatever the widget needs', async () => {
  const search = (text: string): WidgetQuery => ({ language: 'search', text });
  expect(await asked('logs', search('*'), 'orders')).toEqual(['/api/v1/search', 'orders']);
  expect(await asked('table', search('*'), 'orders')).toEqual(['/api/v1/search', 'orders']);
  expect(await asked('pie', search('*'), 'orders')).toEqual(['/api/v1/histogram', 'orders']);
  expect(await asked('bar', search('* | top 3 service'), 'orders')).toEqual(['/api/v1/search', 'orders']);
  expect(await asked('bar', { language: 'sql', text: 'SELECT 1' }, 'shop')).toEqual(['/api/v1/sql', 'shop']);
  expect(await asked('logs', search('*'), undefined)).toEqual(['/api/v1/search', undefined]);
});
