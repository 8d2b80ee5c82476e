import { tokenize } from '@/lib/query-language/lexer';
import { isPlainFieldName } from '@/lib/query-language/lexer';

/** The part of a search that says which rows, before its first pipe. */
export function filterPart(query: string): string {
  const pipe = tokenize(query).find(
    (token) => token.text === '|' && token.kind !== 'phrase' && token.kind !== 'regex',
  );
  return pipe === undefined ? query.trim() : query.slice(0, pipe.from).trim();
}

function fieldName(field: string): string {
  return isPlainFieldName(field) ? field : `"${field.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** The rows of a search counted by the values of a field. */
export function groupedBy(query: string, field: string): string {
  return `${filterPart(query) || '*'} | stats count() by ${fieldName(field)}`;
}

/** The rows of a search over time, by the values of a field. */
export function chartedBy(query: string, field: string): string {
  return `${filterPart(query) || '*'} | timechart count() by ${fieldName(field)}`;
}
