/** Shapes of the server's API. Times are RFC 3339 unless said; `from` and `to` may also be relative (`now-15m`). */

export const LEVELS = ['unknown', 'trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof LEVELS)[number];

export interface TimeSpan {
  from?: string | undefined;
  /** Exclusive. */
  to?: string | undefined;
}

export interface QueryRequest extends TimeSpan {
  query: string;
  /** Name of the source; what the server stores itself unless said. */
  source?: string | undefined;
}

export interface SearchRequest extends QueryRequest {
  limit?: number;
  cursor?: string | null;
  columns?: string[] | null;
  query_id?: string;
}

/** A whole record, as the search answers it without `columns`. */
export interface LogRow {
  Timestamp: string;
  TraceId: string;
  SpanId: string;
  TraceFlags: number;
  SeverityText: string;
  SeverityNumber: number;
  ServiceName: string;
  Body: string;
  ResourceSchemaUrl: string;
  ResourceAttributes: Record<string, string>;
  ScopeSchemaUrl: string;
  ScopeName: string;
  ScopeVersion: string;
  ScopeAttributes: Record<string, string>;
  LogAttributes: Record<string, string>;
  EventName: string;
  /** Decimal and unique: the key of the row. */
  IngestId: string;
}

export interface QueryStats {
  rows_read: number;
  bytes_read: number;
  elapsed_ms: number;
}

export interface SearchProgress extends QueryStats {
  total_rows: number;
}

/** What may have been meant otherwise in a search that could be run; offsets in characters. */
export interface QueryHint {
  message: string;
  position: number;
  length: number;
}

/** `records`: whole log records; `table` and `time_series`: rows by the names that pipes give. */
export type SearchShape = 'records' | 'table' | 'time_series';

export interface SearchColumn {
  name: string;
  /** ClickHouse's type. */
  type: string;
}

export interface SearchDone {
  next_cursor: string | null;
  shape: SearchShape;
  columns: SearchColumn[];
  /** Width of the buckets of a time series. */
  bucket_seconds?: number;
  /** There are more rows than were sent. */
  truncated: boolean;
  sql: string;
  params: Record<string, string>;
  hints: QueryHint[];
  stats: QueryStats;
  query_id: string;
}

export interface SearchResponse extends SearchDone {
  rows: LogRow[];
}

export interface HistogramRequest extends QueryRequest {
  buckets?: number;
}

export interface HistogramBucket {
  time: string;
  total: number;
  levels: Partial<Record<Level, number>>;
}

export interface HistogramResponse {
  from: string;
  to: string;
  bucket_ms: number;
  buckets: HistogramBucket[];
  total: number;
  sql: string;
  stats: QueryStats;
}

export interface FieldValue {
  value: string;
  count: number;
}

export interface Field {
  /** What one writes in the search language. */
  name: string;
  kind: 'column' | 'attribute' | 'resource';
  type: 'string' | 'number';
  count: number;
  values: FieldValue[];
}

export interface FieldsResponse {
  fields: Field[];
  /** `null` where the counts are of all rows. */
  sampled_rows: number | null;
  /** Counts of attributes are estimates. */
  is_estimated: boolean;
  total_rows: number;
  stats: QueryStats;
}

export interface FieldValuesRequest extends QueryRequest {
  field: string;
  prefix?: string;
  limit?: number;
}

export interface FieldValuesResponse {
  field: string;
  values: FieldValue[];
  sampled_rows: number | null;
  is_estimated: boolean;
}

export interface FieldStatsRequest extends QueryRequest {
  field: string;
}

export interface NumberStats {
  count: number;
  min: number;
  max: number;
  mean: number;
  quantiles: { share: number; value: number }[];
  /** The last span reaches to `max`, however far that is. */
  distribution: { from: number; to: number; count: number }[];
}

export interface FieldStats {
  field: string;
  total_rows: number;
  /** What the rest is of: all rows that match, or the newest of them. */
  rows: number;
  sampled: boolean;
  present: number;
  distinct: number;
  top_values: FieldValue[];
  numbers?: NumberStats | null;
  stats: QueryStats;
}

export interface SurroundingRequest extends QueryRequest {
  timestamp: string;
  ingest_id?: string;
  before?: number;
  after?: number;
}

export interface Surrounding {
  /** Older rows, the nearest first. */
  before: LogRow[];
  /** Newer rows, the nearest first. */
  after: LogRow[];
  sql: string[];
  stats: QueryStats;
}

export const NOTE_COLOURS = ['grey', 'red', 'amber', 'green', 'blue', 'violet'] as const;
export type NoteColour = (typeof NOTE_COLOURS)[number];

export interface NoteContent {
  /** Empty for a mark. */
  text: string;
  colour: NoteColour;
  author: string;
}

export interface NewNote extends NoteContent {
  timestamp: string;
  ingest_id: string;
  /** What the row says. */
  excerpt: string;
}

export interface Note extends NewNote {
  id: string;
  created_at: string;
  updated_at: string;
  version: number;
}

/** The common part of what users store under a name: saved queries, dashboards. */
export interface NamedItem {
  id: string;
  name: string;
  description?: string;
  /** Of a saved query. */
  language?: 'search' | 'sql';
  text?: string;
  from?: string | null;
  to?: string | null;
}

/** A span as `otel_traces` holds it. */
export interface Span {
  Timestamp: string;
  TraceId: string;
  SpanId: string;
  ParentSpanId: string;
  SpanName: string;
  SpanKind: string;
  ServiceName: string;
  ResourceAttributes: Record<string, string>;
  SpanAttributes: Record<string, string>;
  /** Nanoseconds; 64-bit numbers come as text. */
  Duration: string | number;
  StatusCode: string;
  StatusMessage: string;
}

export interface Trace {
  trace_id: string;
  /** In the order in which they began. */
  spans: Span[];
  truncated: boolean;
  sql: string;
  stats: QueryStats;
  query_id: string;
}

export interface CompleteRequest extends QueryRequest {
  /** Offset in characters. */
  cursor: number;
}

export interface CompletionItem {
  text: string;
  label: string;
  kind: 'field' | 'value' | 'keyword' | 'operator' | 'pipe' | 'function';
  detail: string | null;
}

export interface CompleteResponse {
  replace: { from: number; to: number };
  items: CompletionItem[];
  /** How the function or the pipe at the cursor is written. */
  signature: { usage: string; about: string } | null;
}

export interface Alarm {
  /** `spool.size`, `spool.age`, `spool.dead_letters`. */
  code: string;
  level: 'warning' | 'critical';
  message: string;
}

/** What could not be stored. */
export interface DeadLetter {
  id: string;
  kind: 'refused' | 'damaged';
  time: string;
  reason: string;
  /** 0 where they are not known. */
  rows: number;
  bytes: number;
}

export interface DeadLetterList {
  /** Newest first. */
  dead_letters: DeadLetter[];
  bytes: number;
  limit_bytes: number;
  /** Refused batches that stay in the spool because there is no room for more. */
  waiting_batches: number;
}

export interface DeadLetterDetail extends DeadLetter {
  /** The first records. */
  sample: LogRow[];
}

export interface DeadLetterRetry {
  stored: number;
  refused: number;
  reason: string | null;
}

export interface Status {
  version: string;
  state: 'starting' | 'ready' | 'degraded' | 'stopping';
  engine: {
    kind: 'embedded' | 'remote';
    state: 'starting' | 'ready' | 'restarting' | 'down';
    message: string | null;
    restarts: number;
    url: string;
    /** ClickHouse's version, once it is known. */
    version: string;
  };
  ingest: { rows_per_second: number; bytes_per_second: number; accepted_rows: number };
  spool: {
    pending_bytes: number;
    pending_rows: number;
    limit_bytes: number;
    oldest_age_ms: number;
    /** How long the rows of the latest insert had waited at most. */
    lag_seconds: number;
    /** Batches that ClickHouse refused for their content, kept under `spool/dead` of the data folder. */
    dead_letters: number;
    dead_bytes: number;
    dead_limit_bytes: number;
  };
  /** What needs attention, the worst first. */
  alarms: Alarm[];
  storage: { rows: number; disk_bytes: number; newest_s: number | null } | null;
  listeners: { http: string };
  data_dir: string;
}

export interface Problem {
  code: string;
  message: string;
}

export type ImportState = 'running' | 'done' | 'failed' | 'cancelled';

export interface Import {
  id: string;
  name: string;
  /** Empty for standard input and for files that came from a browser. */
  path: string;
  /** `null` for standard input. */
  size_bytes: number | null;
  fingerprint: string | null;
  /** Empty until it is known. */
  format: string;
  format_title: string;
  state: ImportState;
  bytes_read: number;
  rows: number;
  /** Rows that can already be searched. */
  rows_stored: number;
  /** Rows that an interrupted import of the same file had stored before; they count in `rows`. */
  rows_resumed: number;
  bytes_per_second: number;
  rows_per_second: number;
  not_understood: { lines: number; samples: { line: number; text: string }[] };
  without_time: number;
  first_time: string | null;
  last_time: string | null;
  started_at: string;
  finished_at: string | null;
  error: Problem | null;
}

export interface ImportPreview {
  format: string;
  title: string;
  /** 0 to 1. */
  confidence: number;
  encoding: 'gzip' | 'zstd' | 'bzip2' | 'none';
  rows: LogRow[];
  problem: Problem | null;
}

export interface ImportFormat {
  name: string;
  title: string;
  example: string;
}

export type Signal = 'logs' | 'traces';

export interface DayBytes {
  rows: number;
  /** Of the columns, before compression. */
  raw_bytes: number;
  disk_bytes: number;
  cold_bytes: number;
}

export interface StorageReport {
  measured_at: string;
  disk_bytes: number;
  signals: {
    signal: Signal;
    rows: number;
    raw_bytes: number;
    disk_bytes: number;
    rollup_bytes: number;
    index_bytes: number;
    cold_bytes: number;
    ratio?: number | null;
    parts: number;
    oldest?: string | null;
    newest?: string | null;
  }[];
  /** The oldest first. */
  days: { day: string; logs: DayBytes; traces: DayBytes }[];
  services: {
    service: string;
    log_rows: number;
    trace_rows: number;
    estimated_disk_bytes: number;
  }[];
  indexes: { table: string; name: string; kind: string; disk_bytes: number }[];
  disks: { name: string; path: string; free_bytes: number; total_bytes: number }[];
  system_tables: { name: string; rows: number; disk_bytes: number }[];
  spool: { rows: number; disk_bytes: number; limit_bytes: number };
}

export interface RetentionRule {
  service?: string | null;
  attribute?: { key: string; value: string } | null;
  days: number;
}

export interface SignalRetention {
  days: number;
  /** `configuration`, or `api` where it was changed here. */
  source: string;
  rules: RetentionRule[];
}

export interface Retention {
  version: number;
  changed_at?: string | null;
  configured_days: number;
  logs: SignalRetention;
  traces: SignalRetention;
  next_run_at: string;
  cold_after_days?: number | null;
}

export interface SignalPolicy {
  /** `null` takes the configuration's. */
  days: number | null;
  rules: RetentionRule[];
}

export interface RetentionChange {
  version: number;
  logs: SignalPolicy;
  traces: SignalPolicy;
}

/** What a change would delete. */
export interface DeletePreview {
  rows: number;
  bytes: number;
  rows_are_estimated: boolean;
  bytes_are_estimated: boolean;
  oldest?: string | null;
  first_day?: string | null;
  last_day?: string | null;
  by_rule: { signal: Signal; rule?: number | null; rows: number; bytes: number }[];
  by_day: { signal: Signal; day: string; rows: number; bytes: number }[];
  waiting_rows: number;
}

export interface StorageRun {
  id: string;
  kind: string;
  subject?: string | null;
  signals: Signal[];
  cause: 'schedule' | 'change' | 'user';
  state: string;
  queued_at: string;
  started_at?: string | null;
  finished_at?: string | null;
  elapsed_ms?: number | null;
  rows_deleted: number;
  bytes_freed: number;
  bytes_moved: number;
  steps: {
    table: string;
    action: 'drop' | 'rewrite' | 'move' | 'ttl' | 'volume';
    day: string;
    rows: number;
    bytes: number;
    elapsed_ms: number;
  }[];
  error?: string | null;
}
