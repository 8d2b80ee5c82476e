import { rawText } from './cell-text';
import { cellKind, type ResultColumn, type ResultRow } from './result';

/**
 * Rows as a spreadsheet takes them from the clipboard. A text that a spreadsheet would run as a formula gets an apostrophe
 * before it: anybody can write `=…` into a log.
 */
export function tabSeparated(
  columns: readonly ResultColumn[],
  rows: readonly ResultRow[],
  hasHeader: boolean,
): string {
  const lines = rows.map((row) =>
    columns
      .map(({ name, type }) => {
        const text = rawText(row[name]);
        const isText = cellKind(type) === 'text';
        return quotedFor('\t', isText && /^[=+\-@]/.test(text) ? `'${text}` : text);
      })
      .join('\t'),
  );
  if (hasHeader) lines.unshift(columns.map(({ name }) => quotedFor('\t', name)).join('\t'));
  return lines.join('\n');
}

/** RFC 4180, with a header. */
export function commaSeparated(columns: readonly ResultColumn[], rows: Iterable<ResultRow>): string {
  const lines = [columns.map(({ name }) => quotedFor(',', name)).join(',')];
  for (const row of rows) {
    lines.push(columns.map(({ name }) => quotedFor(',', rawText(row[name]))).join(','));
  }
  return lines.join('\r\n') + '\r\n';
}

function quotedFor(separator: string, text: string): string {
  const needsQuotes = text.includes(separator) || /["\r\n]/.test(text);
  return needsQuotes ? `"${text.replaceAll('"', '""')}"` : text;
}
