import type { ExportFormat } from '@/api/exports';

/** The first is what one click exports to. */
export const EXPORT_FORMATS: { format: ExportFormat; title: string }[] = [
  { format: 'xlsx', title: 'Excel' },
  { format: 'csv', title: 'CSV' },
  { format: 'ndjson', title: 'JSON lines' },
  { format: 'parquet', title: 'Parquet' },
];
