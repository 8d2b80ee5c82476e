import type { ApiClient } from '@/api/client';
import { isAbort, isTransient } from '@/api/errors';
import type { LogRow, QueryHint, QueryStats, SearchColumn, SearchDone, SearchProgress } from '@/api/types';
import { hasPipes } from '@/lib/query-language/pipes';
import { RowList } from './row-list';

/** One search with its times fixed, so that every page and every panel speaks of the same rows. */
export interface Run {
  id: number;
  query: string;
  /** RFC 3339; undefined is open. */
  from: string | undefined;
  to: string | undefined;
  /** Name of the source; left out for what the server stores itself. */
  source?: string;
}

/** What pipes made of the records: rows by the names of the columns. */
export interface SearchTable {
  shape: 'table' | 'time_series';
  columns: SearchColumn[];
  rows: Record<string, unknown>[];
  bucketSeconds: number | null;
  isTruncated: boolean;
}

export type SessionStatus = 'running' | 'done' | 'failed' | 'cancelled';

export interface SessionState {
  /** The search that was asked for last; null before the first. */
  run: Run | null;
  status: SessionStatus;
  rows: RowList;
  /** The answer of a search whose pipes leave no records; null for records. */
  table: SearchTable | null;
  /** The search that the rows are of: the one before while the first rows of the last one are awaited. */
  rowsOf: Run | null;
  isLoadingMore: boolean;
  hasMore: boolean;
  progress: SearchProgress | null;
  stats: QueryStats | null;
  sql: { text: string; params: Record<string, string> } | null;
  /** Of the search that was answered last. */
  hints: readonly QueryHint[];
  error: Error | null;
  /** Set while an error is tried again without being asked. */
  willRetry: boolean;
}

const FIRST_PAGE_ROWS = 300;
/** Whoever scrolls far is given longer pages. */
const NEXT_PAGE_ROWS = { least: 1_000, most: 5_000 };
const PIPED_ROWS = 10_000;
const RETRY_MS = [500, 1_000, 2_000, 4_000];

const NO_ROWS = RowList.of([]);

const START: SessionState = {
  run: null,
  status: 'running',
  rows: NO_ROWS,
  table: null,
  rowsOf: null,
  isLoadingMore: false,
  hasMore: false,
  progress: null,
  stats: null,
  sql: null,
  hints: [],
  error: null,
  willRetry: false,
};

/**
 * The rows of Explore. One search runs at a time: a new one aborts the one before, which cancels it in ClickHouse. Rows stay
 * until the first of the next search arrive, so that nothing flickers, and stay when it fails. What the server cannot
 * answer for a while is asked again by itself.
 */
export class SearchSession {
  private state = START;
  private readonly listeners = new Set<() => void>();
  private abort: AbortController | null = null;
  private cursor: string | null = null;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private failures = 0;
  private runs = 0;
  private readonly api: Pick<ApiClient, 'searchStream'>;
  private firstPageRows = FIRST_PAGE_ROWS;

  constructor(api: Pick<ApiClient, 'searchStream'>) {
    this.api = api;
  }

  readonly get = (): SessionState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  start(
    query: string,
    from: string | undefined,
    to: string | undefined,
    firstPageRows = FIRST_PAGE_ROWS,
    source?: string,
  ): void {
    this.stop();
    this.firstPageRows = firstPageRows;
    this.runs += 1;
    this.failures = 0;
    this.cursor = null;
    this.set({
      run: { id: this.runs, query, from, to, ...(source === undefined ? {} : { source }) },
      status: 'running',
      isLoadingMore: false,
      hasMore: false,
      progress: null,
      error: null,
      willRetry: false,
    });
    void this.load();
  }

  /** The next page, when there is one and none is on its way. */
  loadMore(): void {
    if (this.state.status !== 'done' || !this.state.hasMore || this.state.isLoadingMore) return;
    this.set({ isLoadingMore: true, progress: null });
    void this.load();
  }

  /** Stops what runs and keeps the rows that came. */
  cancel(): void {
    if (!this.isBusy()) return;
    this.stop();
    const isFirstPage = !this.state.isLoadingMore;
    this.set({
      status: isFirstPage ? 'cancelled' : this.state.status,
      isLoadingMore: false,
      willRetry: false,
      hasMore: isFirstPage ? false : this.state.hasMore,
    });
  }

  isBusy(): boolean {
    return this.state.status === 'running' || this.state.isLoadingMore || this.state.willRetry;
  }

  /** Aborts everything without a word; for when the page goes away. */
  stop(): void {
    this.abort?.abort();
    this.abort = null;
    if (this.retry !== null) clearTimeout(this.retry);
    this.retry = null;
  }

  private async load(): Promise<void> {
    const { run, isLoadingMore, rows: before } = this.state;
    if (run === null) return;
    const abort = new AbortController();
    this.abort = abort;
    let received = 0;
    // Only the end of an answer says whether pipes left records.
    const held: LogRow[] = [];
    const isPiped = hasPipes(run.query);
    const request = {
      query: run.query,
      source: run.source,
      from: run.from,
      to: run.to,
      limit: isPiped ? PIPED_ROWS : isLoadingMore ? nextPageRows(before.length) : this.firstPageRows,
      cursor: this.cursor,
    };
    try {
      const done = await this.api.searchStream(
        request,
        {
          onProgress: (progress) => {
            if (!abort.signal.aborted) this.set({ progress });
          },
          onRows: (rows) => {
            if (abort.signal.aborted) return;
            if (isPiped) {
              held.push(...rows);
              return;
            }
            const isFirst = !isLoadingMore && received === 0;
            received += rows.length;
            this.set({
              rows: isFirst ? RowList.of(rows) : this.state.rows.with(rows),
              table: null,
              rowsOf: run,
            });
          },
        },
        abort.signal,
      );
      if (abort.signal.aborted) return;
      if (isPiped) this.set(pipedRows(done, held));
      this.finish(run, done, isPiped || isLoadingMore || received > 0);
    } catch (error) {
      if (!abort.signal.aborted && !isAbort(error)) this.fail(error, before);
    }
  }

  private finish(run: Run, done: SearchDone, hasRows: boolean): void {
    this.failures = 0;
    this.cursor = done.next_cursor;
    this.set({
      status: 'done',
      rows: hasRows ? this.state.rows : NO_ROWS,
      table: hasRows ? this.state.table : null,
      rowsOf: run,
      isLoadingMore: false,
      hasMore: done.next_cursor !== null,
      progress: null,
      stats: this.state.isLoadingMore ? this.state.stats : done.stats,
      sql: { text: done.sql, params: done.params },
      hints: done.hints,
      error: null,
      willRetry: false,
    });
  }

  private fail(error: unknown, before: RowList): void {
    // Rows of a page that broke off come again with the retry, from the same cursor.
    if (this.state.isLoadingMore) this.set({ rows: before });
    const willRetry = isTransient(error);
    this.set({
      status: this.state.isLoadingMore ? this.state.status : 'failed',
      progress: null,
      error: error instanceof Error ? error : new Error(String(error)),
      willRetry,
      isLoadingMore: willRetry && this.state.isLoadingMore,
    });
    if (!willRetry) return;
    const delay = RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)];
    this.failures += 1;
    this.retry = setTimeout(() => void this.load(), delay);
  }

  private set(change: Partial<SessionState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

/** Records as records, anything else as a table. */
function pipedRows(done: SearchDone, rows: LogRow[]): Pick<SessionState, 'rows' | 'table'> {
  if (done.shape === 'records') return { rows: RowList.of(rows), table: null };
  return {
    rows: NO_ROWS,
    table: {
      shape: done.shape,
      columns: done.columns,
      rows: rows as unknown as Record<string, unknown>[],
      bucketSeconds: done.bucket_seconds ?? null,
      isTruncated: done.truncated,
    },
  };
}

function nextPageRows(loaded: number): number {
  return Math.min(Math.max(loaded, NEXT_PAGE_ROWS.least), NEXT_PAGE_ROWS.most);
}
