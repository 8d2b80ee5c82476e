import { expect, it, vi } from 'vitest';
import type { ApiClient } from '@/api/client';
import type { QueryTree } from '@/api/query-tree';
import { writeQuery } from './write-query';

const tree = { filter: { kind: 'all' }, pipes: [] } as unknown as QueryTree;

function apiOf(text: string | null) {
  const call = vi.fn(({ path, body }: { path: string; body: object }) =>
    Promise.resolve({ text, sql: `${path} ${JSON.stringify(body)}` }),
  );
  return { call, api: { call } as unknown as ApiClient };
}

it('reads the printed text again for a source, whose table is another one', async () => {
  const { signal } = new AbortController();
  const own = apiOf('level:error');
  await writeQuery(own.api, tree, { from: 'now-1h', source: undefined }, signal);
  expect(own.call.mock.calls.map(([{ path }]) => path)).toEqual(['/api/v1/query/print']);

  const other = apiOf('level:error');
  const answer = await writeQuery(other.api, tree, { from: 'now-1h', source: 'orders' }, signal);
  expect(other.call.mock.calls.map(([{ path, body }]) => [path, body])).toEqual([
    ['/api/v1/query/print', { query: tree, from: 'now-1h' }],
    ['/api/v1/query/parse', { query: 'level:error', source: 'orders', from: 'now-1h' }],
  ]);
  expect(answer.sql).toContain('/api/v1/query/parse');

  const unreadable = apiOf(null);
  await writeQuery(unreadable.api, tree, { source: 'orders' }, signal);
  expect(unreadable.call).toHaveBeenCalledOnce();
});
