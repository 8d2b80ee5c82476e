import type { SqlValue } from './sql';
import type { TimeSpan } from './types';

export type ExportFormat = 'xlsx' | 'csv' | 'ndjson' | 'parquet';

interface ExportOptions extends TimeSpan {
  format: ExportFormat;
  source?: string | undefined;
  /** Of the file, without its ending. */
  name: string;
  /** Under which the export is cancelled. */
  query_id: string;
  budget: { confirmed: boolean };
}

/** Of a search without pipes, `columns` are what the file has, in their order. */
export type SearchExportRequest = ExportOptions & { query: string; columns?: string[] };
export type SqlExportRequest = ExportOptions & { sql: string; params: Record<string, SqlValue> };

/** Its answer is the file. */
export type ExportRequest = SearchExportRequest | SqlExportRequest;

export const EXPORTS_PATH = '/api/v1/exports';
