import type { LogRow } from '@/api/types';
import { levelOfNumber } from '@/lib/severity';
import { fieldValue, recordJson } from '@/components/log/record';
import { stripAnsi } from '@/components/log/ansi';

/** What rows can be copied as; `sql` is made by the server. */
export type RowFormat = 'text' | 'message' | 'json' | 'ndjson' | 'csv' | 'search' | 'curl' | 'sql';

export interface FormatInfo {
  format: RowFormat;
  title: string;
  /** What the notice says was copied. */
  noun: string;
}

export const FORMATS: FormatInfo[] = [
  { format: 'text', title: 'Text', noun: 'Text' },
  { format: 'message', title: 'Message only', noun: 'Message' },
  { format: 'json', title: 'JSON', noun: 'JSON' },
  { format: 'ndjson', title: 'NDJSON, a line a row', noun: 'NDJSON' },
  { format: 'csv', title: 'CSV of the columns', noun: 'CSV' },
  { format: 'search', title: 'Search that finds it', noun: 'Search' },
  { format: 'curl', title: 'curl that fetches it', noun: 'curl command' },
  { format: 'sql', title: 'SQL that selects it', noun: 'SQL' },
];

/** `2026-11-20T00:00:03.123Z error api connection refused`, a row a line. */
export function asText(rows: readonly LogRow[]): string {
  return rows
    .map((row) =>
      [row.Timestamp, levelOfNumber(row.SeverityNumber), row.ServiceName, stripAnsi(row.Body)]
        .filter((part) => part !== '')
        .join(' '),
    )
    .join('\n');
}

/** One row as an object, several as an array. */
export function asJson(rows: readonly LogRow[]): string {
  const [only] = rows;
  if (rows.length === 1 && only) return recordJson(only);
  return JSON.stringify(
    rows.map((row) => JSON.parse(recordJson(row)) as unknown),
    null,
    2,
  );
}

export function asNdjson(rows: readonly LogRow[]): string {
  return rows.map((row) => JSON.stringify(JSON.parse(recordJson(row)))).join('\n');
}

function csvField(text: string): string {
  // A cell that a spreadsheet would take for a formula is text.
  const safe = /^[=+@\t\r-]/.test(text) && !/^-?[\d.]+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The columns with a heading, as RFC 4180 has it. */
export function asCsv(rows: readonly LogRow[], columns: readonly string[]): string {
  const lines = rows.map((row) =>
    columns.map((name) => csvField(stripAnsi(fieldValue(row, name) ?? ''))).join(','),
  );
  return [columns.map(csvField).join(','), ...lines].join('\r\n');
}

/** A search of the language that finds these rows and no others, together with `spanOf`. */
export function searchFor(rows: readonly LogRow[]): string {
  const ids = rows.map((row) => row.IngestId);
  return ids.length === 1 ? `IngestId:${ids.join('')}` : `IngestId:(${ids.join(' OR ')})`;
}

/** The narrowest time range with all these rows, by which they are found without reading everything. */
export function spanOf(rows: readonly LogRow[]): { from: string; to: string } {
  const times = rows.map((row) => row.Timestamp).toSorted();
  const last = Date.parse(times.at(-1) ?? '');
  return { from: times[0] ?? '', to: new Date(last + 1).toISOString() };
}

/** A command for a shell that has the token in `TOKEN`. */
export function asCurl(rows: readonly LogRow[], address: string): string {
  const body = JSON.stringify({ query: searchFor(rows), ...spanOf(rows), limit: rows.length });
  return [
    `curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\`,
    `  -d '${body.replaceAll("'", `'\\''`)}' ${address}/api/v1/search`,
  ].join('\n');
}
