import type { ApiClient } from './client';
import { ApiError } from './errors';
import type { QueryStats, SearchProgress, TimeSpan } from './types';

/** A value of a parameter; integers of 64 bits are texts. */
export type SqlValue = string | number | boolean | null | SqlValue[] | { [key: string]: SqlValue };

export interface SqlStatement extends TimeSpan {
  sql: string;
  params: Record<string, SqlValue>;
  /** A source or a connection whose server runs it; this server unless said. */
  source?: string;
}

export interface SqlRequest extends SqlStatement {
  limit: number;
  query_id: string;
  budget: { confirmed: boolean };
}

export interface SqlColumn {
  name: string;
  type: string;
}

export interface SqlEnd {
  columns: SqlColumn[];
  sql: string;
  params: Record<string, unknown>;
  /** There are more rows than were sent. */
  truncated: boolean;
  stats: QueryStats;
  query_id: string;
}

export interface SqlListener {
  onColumns: (columns: SqlColumn[]) => void;
  onProgress: (progress: SearchProgress) => void;
  onRows: (rows: Record<string, unknown>[]) => void;
}

export interface SqlHint {
  code: string;
  message: string;
  suggestion: string;
  /** In characters from the start of the statement. */
  position: number | null;
  length: number | null;
}

export interface Budget {
  ask_rows: number;
  ask_bytes: number;
  ask_seconds: number;
  refuse_rows: number;
  refuse_bytes: number;
  refuse_seconds: number;
}

export interface Estimate {
  rows: number;
  bytes: number;
  marks: number;
  parts: number;
  /** `null` before this server has measured how fast it reads. */
  seconds: number | null;
  /** It ends as soon as it has its rows, probably long before it has read all this. */
  is_upper_bound: boolean;
  hints: SqlHint[];
  verdict: 'ok' | 'ask' | 'refuse';
  budget: Budget;
}

interface Selected {
  of: number;
  selected: number;
}

export interface PlanIndex {
  /** `Min-Max`, `Partition`, `PrimaryKey` or `Skip`. */
  kind: string;
  name: string;
  description: string;
  keys: string[];
  condition: string;
  parts: Selected;
  granules: Selected;
  is_used: boolean;
}

export interface PlanStep {
  name: string;
  description: string;
  reads?: { table: string; order: string; parts: Selected; granules: Selected; indexes: PlanIndex[] };
  children: PlanStep[];
}

export interface SqlPlan {
  plan: PlanStep;
  estimate: Estimate;
}

export interface SchemaColumn {
  name: string;
  type: string;
  comment: string;
  default_kind: string;
  is_in_sorting_key: boolean;
  compressed_bytes: number;
  uncompressed_bytes: number;
}

export interface SchemaTable {
  name: string;
  engine: string;
  comment: string;
  sorting_key: string;
  partition_key: string;
  rows?: number | null;
  bytes?: number | null;
  columns: SchemaColumn[];
}

export interface Schema {
  default_database: string;
  databases: { name: string; tables: SchemaTable[] }[];
  functions: {
    name: string;
    /** `function` or `aggregate`. */
    kind: string;
    case_insensitive: boolean;
    syntax: string;
    description: string;
  }[];
}

type SqlEvent = { columns: SqlColumn[] } | { progress: SearchProgress } | { rows: Record<string, unknown>[] };

/** Runs a statement; its rows come as they are found. Aborting the signal cancels it in ClickHouse. */
export function runSql(
  api: ApiClient,
  body: SqlRequest,
  listener: SqlListener,
  signal: AbortSignal,
): Promise<SqlEnd> {
  return api.stream<SqlEnd>({ method: 'POST', path: '/api/v1/sql', body, signal }, (line) => {
    const event = line as SqlEvent;
    if ('rows' in event) listener.onRows(event.rows);
    else if ('columns' in event) listener.onColumns(event.columns);
    else listener.onProgress(event.progress);
  });
}

export function estimateSql(api: ApiClient, body: SqlStatement, signal?: AbortSignal): Promise<Estimate> {
  return api.call({ method: 'POST', path: '/api/v1/estimate', body, signal });
}

export function explainSql(api: ApiClient, body: SqlStatement, signal?: AbortSignal): Promise<SqlPlan> {
  return api.call({ method: 'POST', path: '/api/v1/sql/explain', body, signal });
}

/** The statement over several lines, as ClickHouse writes it; comments are lost. */
export function formatSql(api: ApiClient, sql: string): Promise<{ sql: string; comments_lost: boolean }> {
  return api.call({ method: 'POST', path: '/api/v1/sql/format', body: { sql } });
}

/** Of this server, or of that of a source or connection. */
export function readSchema(api: ApiClient, source: string | null, signal?: AbortSignal): Promise<Schema> {
  const choice = source === null ? '' : `?source=${encodeURIComponent(source)}`;
  return api.call({ method: 'GET', path: `/api/v1/schema${choice}`, signal });
}

/** The estimate for which a statement was not run: it asks, or it is refused. */
export function overBudget(error: unknown): Estimate | null {
  if (!(error instanceof ApiError) || error.code !== 'query.over_budget') return null;
  return (error.details as { estimate?: Estimate } | null)?.estimate ?? null;
}
