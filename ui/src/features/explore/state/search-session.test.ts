import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ApiClient, SearchListener } from '@/api/client';
import { ApiError } from '@/api/errors';
import type { LogRow, SearchDone, SearchRequest } from '@/api/types';
import { SearchSession } from './search-session';

const rows = (...ids: number[]) => ids.map((id) => ({ IngestId: String(id) }) as LogRow);
const done = (next_cursor: string | null): SearchDone => ({
  next_cursor,
  shape: 'records',
  columns: [],
  truncated: false,
  sql: 'SELECT 1',
  params: {},
  hints: [],
  stats: { rows_read: 10, bytes_read: 20, elapsed_ms: 3 },
  query_id: 'q',
});

interface Call {
  request: SearchRequest;
  listener: SearchListener;
  signal: AbortSignal | undefined;
  resolve: (done: SearchDone) => void;
  reject: (error: unknown) => void;
}

/** A server whose answers the test gives by hand. */
function scripted() {
  const calls: Call[] = [];
  const api: Pick<ApiClient, 'searchStream'> = {
    searchStream: (request, listener, signal) =>
      new Promise((resolve, reject) => {
        calls.push({ request, listener, signal, resolve, reject });
      }),
  };
  const session = new SearchSession(api);
  const call = (index: number): Call => {
    const found = calls[index];
    if (!found) throw new Error(`the server was asked ${calls.length} times`);
    return found;
  };
  return { session, call, calls };
}

const ids = (session: SearchSession) => Array.from(session.get().rows, (row) => row.IngestId).join(' ');
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('a search session', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it('shows rows as they come, and pages by cursor', async () => {
    const { session, call } = scripted();
    session.start('a', 'F', 'T');
    call(0).listener.onRows(rows(5, 4));
    expect(ids(session)).toBe('5 4');
    call(0).listener.onRows(rows(3));
    call(0).resolve(done('c1'));
    await settle();
    expect(session.get()).toMatchObject({ status: 'done', hasMore: true, stats: { elapsed_ms: 3 } });

    session.loadMore();
    session.loadMore();
    expect(call(1).request).toMatchObject({ query: 'a', from: 'F', to: 'T', cursor: 'c1' });
    call(1).listener.onRows(rows(2, 1));
    call(1).resolve(done(null));
    await settle();
    expect(ids(session)).toBe('5 4 3 2 1');
    session.loadMore();
    expect(session.get()).toMatchObject({ hasMore: false, isLoadingMore: false });
  });

  it('keeps the rows until the first of the next search, and aborts the one before', async () => {
    const { session, call } = scripted();
    session.start('a', undefined, undefined);
    call(0).listener.onRows(rows(1));
    session.start('b', undefined, undefined);
    expect(call(0).signal?.aborted).toBe(true);
    call(0).listener.onRows(rows(9));
    expect(ids(session)).toBe('1');
    expect(session.get().rowsOf?.query).toBe('a');
    call(1).resolve(done(null));
    await settle();
    expect(session.get()).toMatchObject({ status: 'done', rows: { length: 0 }, rowsOf: { query: 'b' } });
  });

  it('keeps the rows when the engine goes, and tries again by itself', async () => {
    const { session, call, calls } = scripted();
    session.start('a', undefined, undefined);
    call(0).listener.onRows(rows(1));
    call(0).resolve(done(null));
    await settle();
    session.start('b', undefined, undefined);
    call(1).reject(new ApiError(503, { code: 'engine.unavailable', message: 'the engine is restarting' }));
    await settle();
    expect(session.get()).toMatchObject({ status: 'failed', willRetry: true });
    expect(ids(session)).toBe('1');
    await vi.advanceTimersByTimeAsync(500);
    expect(calls).toHaveLength(3);
    call(2).listener.onRows(rows(2));
    call(2).resolve(done(null));
    await settle();
    expect(session.get()).toMatchObject({ status: 'done', error: null, willRetry: false });
    expect(ids(session)).toBe('2');
  });

  it('takes back the rows of a page that broke off', async () => {
    const { session, call } = scripted();
    session.start('a', undefined, undefined);
    call(0).listener.onRows(rows(3));
    call(0).resolve(done('c1'));
    await settle();
    session.loadMore();
    call(1).listener.onRows(rows(2));
    call(1).reject(ApiError.unreachable());
    await settle();
    expect(ids(session)).toBe('3');
    await vi.advanceTimersByTimeAsync(500);
    call(2).listener.onRows(rows(2, 1));
    call(2).resolve(done(null));
    await settle();
    expect(ids(session)).toBe('3 2 1');
  });

  it('does not try again what the server refuses', async () => {
    const { session, call, calls } = scripted();
    session.start('(', undefined, undefined);
    call(0).reject(new ApiError(400, { code: 'query.syntax', message: 'not closed' }));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toHaveLength(1);
    expect(session.get()).toMatchObject({
      status: 'failed',
      willRetry: false,
      error: { message: 'not closed' },
    });
  });

  it('stops when asked and keeps what came', () => {
    const { session, call } = scripted();
    session.start('a', undefined, undefined);
    call(0).listener.onRows(rows(1));
    session.cancel();
    expect(call(0).signal?.aborted).toBe(true);
    expect(session.get()).toMatchObject({ status: 'cancelled', hasMore: false });
    expect(ids(session)).toBe('1');
  });

  it('stops trying again when asked', async () => {
    const { session, call, calls } = scripted();
    session.start('a', undefined, undefined);
    call(0).reject(ApiError.unreachable());
    await settle();
    session.cancel();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toHaveLength(1);
    expect(session.get()).toMatchObject({ status: 'cancelled', willRetry: false });
  });

  it('shows what pipes give as a table, and records that pipes leave as records', async () => {
    const { session, call } = scripted();
    session.start('* | stats count() by service', undefined, undefined);
    call(0).listener.onRows([{ service: 'cart', 'count()': 2 } as unknown as LogRow]);
    expect(session.get()).toMatchObject({ rows: { length: 0 }, table: null, status: 'running' });
    const columns = [{ name: 'service', type: 'String' }];
    call(0).resolve({ ...done(null), shape: 'table', columns, truncated: true });
    await vi.waitFor(() => expect(session.get().status).toBe('done'));
    expect(session.get()).toMatchObject({
      rows: { length: 0 },
      table: { shape: 'table', columns, rows: [{ service: 'cart' }], bucketSeconds: null, isTruncated: true },
    });

    session.start('* | limit 1', undefined, undefined);
    expect(session.get().table).not.toBeNull();
    call(1).listener.onRows(rows(7));
    call(1).resolve(done(null));
    await vi.waitFor(() => expect(session.get().status).toBe('done'));
    expect(session.get().table).toBeNull();
    expect(ids(session)).toBe('7');
  });
});
