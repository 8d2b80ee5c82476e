import { isPlainFieldName, tokenize } from '@/lib/query-language/lexer';

/** Where the first pipe of a search stands; null where it has none. */
function pipeAt(query: string): number | null {
  const pipe = tokenize(query).find(({ from, kind }) => query.charAt(from) === '|' && kind !== 'phrase');
  return pipe?.from ?? null;
}

export function hasPipes(query: string): boolean {
  return pipeAt(query) !== null;
}

/** The part of a search that says which rows, before its first pipe. */
export function filterPart(query: string): string {
  return query.slice(0, pipeAt(query) ?? query.length).trim();
}

/** Changes which rows a search is about, and keeps what its pipes make of them. */
export function withFilterPart(query: string, edit: (filter: string) => string): string {
  const at = pipeAt(query);
  if (at === null) return edit(query);
  return `${edit(query.slice(0, at).trim()) || '*'} ${query.slice(at)}`;
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
