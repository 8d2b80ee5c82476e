import { toText, type ResultData } from '@/components/charts/result-data';

function cell(value: unknown): string {
  const text = toText(value);
  // A spreadsheet takes these for formulas; records come from anywhere.
  const safe = /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** RFC 4180. */
export function csvOf({ columns, rows }: ResultData): string {
  const lines = rows.map((row) => columns.map(({ name }) => cell(row[name])).join(','));
  return [columns.map(({ name }) => cell(name)).join(','), ...lines, ''].join('\r\n');
}
