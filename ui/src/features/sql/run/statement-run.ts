import type { ApiClient } from '@/api/client';
import { isAbort } from '@/api/errors';
import { runSql, type SqlColumn, type SqlStatement } from '@/api/sql';
import type { QueryStats, SearchProgress } from '@/api/types';

/** Rows that are fetched at once; more are fetched when the end is reached. */
export const PAGE_ROWS = 50_000;
/** More would not fit beside the rest of the page. */
const MEMORY_ROWS = 2_000_000;
const PUBLISH_MS = 100;

export interface RunState {
  /** Grows with each run; a further page of the same run keeps it. */
  id: number;
  status: 'idle' | 'running' | 'done' | 'failed' | 'cancelled';
  statement: SqlStatement | null;
  /** Where the statement begins in the text of the tab. */
  offset: number;
  columns: SqlColumn[];
  rows: Record<string, unknown>[];
  count: number;
  /** There are more rows. */
  hasMore: boolean;
  isLoadingMore: boolean;
  progress: SearchProgress | null;
  stats: QueryStats | null;
  startedAt: number;
  error: unknown;
}

const IDLE: RunState = {
  id: 0,
  status: 'idle',
  statement: null,
  offset: 0,
  columns: [],
  rows: [],
  count: 0,
  hasMore: false,
  isLoadingMore: false,
  progress: null,
  stats: null,
  startedAt: 0,
  error: null,
};

export interface RunRequest {
  statement: SqlStatement;
  offset: number;
  /** Run although the estimate asks. */
  isConfirmed: boolean;
}

/** What became of a run, for the history. */
export type RunEnd = Pick<RunState, 'status' | 'count' | 'stats' | 'error'>;

/** The answer to the statement of one tab, as it comes in. */
export class StatementRun {
  private state = IDLE;
  private abort: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isConfirmed = false;
  private readonly listeners = new Set<() => void>();
  private readonly api: ApiClient;

  constructor(api: ApiClient) {
    this.api = api;
  }

  readonly get = (): RunState => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  async run({ statement, offset, isConfirmed }: RunRequest): Promise<RunEnd> {
    this.abort?.abort();
    this.isConfirmed = isConfirmed;
    const id = this.state.id + 1;
    // The rows before stay until the first of the new ones, so that nothing jumps.
    this.set({
      ...this.state,
      id,
      status: 'running',
      statement,
      offset,
      progress: null,
      stats: null,
      error: null,
      isLoadingMore: false,
      startedAt: Date.now(),
    });
    await this.fetch(id, statement, true);
    const { status, count, stats, error } = this.state;
    return { status, count, stats, error };
  }

  /** The rows behind those that are there: the statement runs again and leaves out what is known. */
  loadMore(): void {
    const { id, statement, status, hasMore, count, isLoadingMore } = this.state;
    if (statement === null || status !== 'done' || !hasMore || isLoadingMore || count >= MEMORY_ROWS) return;
    this.set({ ...this.state, isLoadingMore: true, progress: null, error: null });
    const sql = `SELECT * FROM (\n${statement.sql}\n) OFFSET ${count}`;
    void this.fetch(id, { ...statement, sql }, false);
  }

  get isFull(): boolean {
    return this.state.count >= MEMORY_ROWS;
  }

  cancel(): void {
    this.abort?.abort();
  }

  private async fetch(id: number, statement: SqlStatement, isFirst: boolean): Promise<void> {
    const abort = new AbortController();
    this.abort = abort;
    let isFresh = isFirst;
    const rowsOf = (): Record<string, unknown>[] => {
      if (isFresh) {
        isFresh = false;
        this.state = { ...this.state, rows: [], count: 0, hasMore: false };
      }
      return this.state.rows;
    };
    try {
      const end = await runSql(
        this.api,
        {
          ...statement,
          limit: PAGE_ROWS,
          query_id: crypto.randomUUID(),
          budget: { confirmed: this.isConfirmed },
        },
        {
          onColumns: (columns) => {
            if (abort.signal.aborted) return;
            rowsOf();
            this.set({ ...this.state, columns });
          },
          onProgress: (progress) => {
            if (!abort.signal.aborted) this.later({ ...this.state, progress });
          },
          onRows: (found) => {
            if (abort.signal.aborted) return;
            const rows = rowsOf();
            for (const row of found) rows.push(row);
            this.later({ ...this.state, count: rows.length });
          },
        },
        abort.signal,
      );
      if (this.state.id !== id || abort.signal.aborted) return;
      rowsOf();
      this.set({
        ...this.state,
        status: 'done',
        columns: end.columns,
        count: this.state.rows.length,
        hasMore: end.truncated,
        isLoadingMore: false,
        stats: isFirst ? end.stats : this.state.stats,
        progress: null,
      });
    } catch (error) {
      if (this.state.id !== id || this.abort !== abort) return;
      // Nothing of this run has come: what is there belongs to the one before.
      if (isFresh) this.state = { ...this.state, columns: [], rows: [], hasMore: false };
      const status = isAbort(error) ? 'cancelled' : 'failed';
      this.set({
        ...this.state,
        // A further page that failed takes nothing away from those before.
        status: isFirst ? status : 'done',
        isLoadingMore: false,
        count: this.state.rows.length,
        error: isAbort(error) ? null : error,
      });
    }
  }

  /** Rows come faster than they can be drawn. */
  private later(state: RunState): void {
    this.state = state;
    this.timer ??= setTimeout(() => this.publish(), PUBLISH_MS);
  }

  private set(state: RunState): void {
    this.state = state;
    this.publish();
  }

  private publish(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    for (const listener of this.listeners) listener();
  }
}
