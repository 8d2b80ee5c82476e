import type { ApiClient } from './client';
import type { ExportFormat } from './exports';
import type { SqlValue } from './sql';

/** A whole span of the calendar before a run. */
export type ExportPeriod = 'hour' | 'day' | 'week' | 'month';

/** An export that runs by a schedule, as one writes it: either `query` or `sql`. */
export interface ExportJobContent {
  name: string;
  /** Whether it runs by itself. */
  enabled: boolean;
  /** A cron expression of five fields. */
  schedule: string;
  /** An IANA name. */
  time_zone: string;
  /** In place of `from` and `to`, which are counted from the time of the run. */
  period?: ExportPeriod;
  from?: string;
  to?: string;
  query?: string;
  sql?: string;
  params?: Record<string, SqlValue>;
  source?: string;
  columns?: string[];
  limit?: number;
  format: ExportFormat;
  keep_files: number;
}

export type ExportRunState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

export interface ExportRun {
  /** While it runs also that of its query. */
  id: string;
  cause: string;
  planned_at: string;
  state: ExportRunState;
  started_at: string | null;
  finished_at: string | null;
  /** On the disk of the server; null where there is no file any more. */
  path: string | null;
  bytes: number | null;
  /** Rows in it, where there are more than such a file holds. */
  first_rows: number | null;
  error: string | null;
}

export interface ExportJob extends ExportJobContent {
  id: string;
  version: number;
  created_at: string;
  updated_at: string;
  /** Null while it is off. */
  next_at: string | null;
  last_run: ExportRun | null;
}

export interface ExportJobList {
  jobs: ExportJob[];
  /** On the disk of the server, where files go. */
  folder: string;
}

export interface PlannedExport {
  at: string;
  from: string | null;
  to: string | null;
}

export type ExportPlanRequest = Pick<ExportJobContent, 'schedule' | 'time_zone' | 'period' | 'from' | 'to'>;

const PATH = '/api/v1/export-jobs';
const at = (id: string, rest = '') => `${PATH}/${encodeURIComponent(id)}${rest}`;

/** Exports that run by a schedule. */
export const exportJobs = {
  list: (api: ApiClient, signal: AbortSignal): Promise<ExportJobList> =>
    api.call({ method: 'GET', path: PATH, signal }),
  create: (api: ApiClient, body: ExportJobContent): Promise<ExportJob> =>
    api.call({ method: 'POST', path: PATH, body }),
  replace: (api: ApiClient, id: string, body: ExportJobContent & { version?: number }): Promise<ExportJob> =>
    api.call({ method: 'PUT', path: at(id), body }),
  delete: (api: ApiClient, id: string): Promise<unknown> => api.call({ method: 'DELETE', path: at(id) }),
  restore: (api: ApiClient, id: string): Promise<ExportJob> =>
    api.call({ method: 'POST', path: at(id, '/restore') }),
  run: (api: ApiClient, id: string): Promise<ExportRun> => api.call({ method: 'POST', path: at(id, '/run') }),
  runs: async (api: ApiClient, id: string, signal: AbortSignal): Promise<ExportRun[]> =>
    (await api.call<{ runs: ExportRun[] }>({ method: 'GET', path: at(id, '/runs'), signal })).runs,
  /** Ends one that waits or runs; forgets one that has ended, and deletes its file. */
  deleteRun: (api: ApiClient, id: string, runId: string): Promise<unknown> =>
    api.call({ method: 'DELETE', path: at(id, `/runs/${encodeURIComponent(runId)}`) }),
  filePath: (id: string, runId: string): string => at(id, `/runs/${encodeURIComponent(runId)}/file`),
  preview: async (api: ApiClient, body: ExportPlanRequest, signal: AbortSignal): Promise<PlannedExport[]> =>
    (await api.call<{ runs: PlannedExport[] }>({ method: 'POST', path: `${PATH}/preview`, body, signal }))
      .runs,
  progress: (api: ApiClient, runId: string, signal: AbortSignal): Promise<{ share: number | null }> =>
    api.call({ method: 'GET', path: `/api/v1/queries/${encodeURIComponent(runId)}`, signal }),
};
