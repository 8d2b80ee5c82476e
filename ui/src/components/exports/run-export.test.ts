import { notifications, notificationsStore } from '@mantine/notifications';
import { afterEach, expect, it, vi } from 'vitest';
import { ApiError } from '@/api/errors';
import type { Estimate } from '@/api/sql';
import type { ApiRequest, Platform } from '@/platform/platform';
import { searchExport } from './exported';
import { runExport } from './run-export';

const SEARCH = searchExport({ query: '*', from: undefined, to: undefined }, ['time']);

interface Shown {
  loading?: boolean;
  title?: unknown;
  message: unknown;
}

const shown = (): Shown[] => notificationsStore.getState().notifications;
const propsOf = (notice: Shown | undefined) =>
  (notice?.message as { props: { figure?: string; onAction: () => void } }).props;

function exporter(saveAnswer: Platform['saveAnswer']) {
  const cancelQuery = vi.fn(() => Promise.resolve());
  return { api: { cancelQuery }, platform: { saveAnswer }, zone: 'utc' };
}

const refused = (verdict: Estimate['verdict']) =>
  new ApiError(422, {
    code: 'query.over_budget',
    message: 'over budget',
    details: { estimate: { rows: 2_000_000, bytes: 0, seconds: null, is_upper_bound: false, verdict } },
  });

afterEach(() => {
  notifications.clean();
  notifications.cleanQueue();
});

it('says how much has come while it comes, and where it went', async () => {
  const seen: (string | undefined)[] = [];
  const done = await runExport(
    exporter((_request, name, onBytes) => {
      seen.push(propsOf(shown()[0]).figure);
      onBytes(12_345_678);
      seen.push(propsOf(shown()[0]).figure);
      return Promise.resolve({ place: name, bytes: 20_000_000, first_rows: null });
    }),
    SEARCH,
    'xlsx',
    false,
  );
  expect(done).toBeNull();
  expect(seen).toEqual([undefined, '12.3\u00a0MB']);
  expect(shown().map(({ message }) => message)).toEqual([
    expect.stringMatching(/^Saved click-lite-\d{4}-\d\d-\d\d-\d{4}\.xlsx \(20\sMB\)$/),
  ]);
});

it('says that a sheet holds the first rows alone', async () => {
  const saved = { place: 'a.xlsx', bytes: 5, first_rows: 1_048_575 };
  await runExport(
    exporter(() => Promise.resolve(saved)),
    SEARCH,
    'xlsx',
    false,
  );
  expect(shown().map(({ message }) => message)).toContainEqual(
    expect.stringMatching(/^It has the first 1\D048\D575: .*CSV and Parquet have all of them\.$/),
  );
});

it('cancels the request and the query', async () => {
  let sent: ApiRequest | null = null;
  const parts = exporter((request) => {
    sent = request;
    return new Promise((_, reject) => {
      request.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')));
    });
  });
  const running = runExport(parts, SEARCH, 'csv', false);
  propsOf(shown()[0]).onAction();
  expect(await running).toBeNull();
  const { query_id: queryId } = (sent as ApiRequest | null)?.body as { query_id: string };
  expect(parts.api.cancelQuery).toHaveBeenCalledWith(queryId);
  expect(shown()).toEqual([]);
});

it('hands back what it would cost where the server asks, and says so where it is refused', async () => {
  const asks = await runExport(
    exporter(() => Promise.reject(refused('ask'))),
    SEARCH,
    'csv',
    false,
  );
  expect(asks?.rows).toBe(2_000_000);
  expect(shown()).toEqual([]);
  await runExport(
    exporter(() => Promise.reject(refused('refuse'))),
    SEARCH,
    'csv',
    false,
  );
  expect(shown()).toMatchObject([
    { title: 'The export failed', message: expect.stringContaining('more than is allowed') as string },
  ]);
});

it('says nothing where no place was chosen', async () => {
  await runExport(
    exporter(() => Promise.resolve(null)),
    SEARCH,
    'csv',
    false,
  );
  expect(shown()).toEqual([]);
});
