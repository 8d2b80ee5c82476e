import { splitPipes } from '@/lib/query-language/pipes';

/** The part of a search that says which rows, before its first pipe. */
export function filterPart(query: string): string {
  return splitPipes(query).filter.trim();
}

/** Changes which rows a search is about, and keeps what its pipes make of them. */
export function withFilterPart(query: string, edit: (filter: string) => string): string {
  const { filter, pipes } = splitPipes(query);
  return pipes === '' ? edit(query) : `${edit(filter.trim()) || '*'} ${pipes}`;
}

/** A name as it is written in an expression, where a dash is a minus. */
function fieldName(field: string): string {
  return /^[\p{L}_@$][\p{L}\p{N}_.@$]*$/u.test(field)
    ? field
    : `\`${field.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/** The rows of a search counted by the values of a field. */
export function groupedBy(query: string, field: string): string {
  return `${filterPart(query) || '*'} | stats count() by ${fieldName(field)}`;
}

/** The rows of a search over time, by the values of a field. */
export function chartedBy(query: string, field: string): string {
  return `${filterPart(query) || '*'} | timechart count() by ${fieldName(field)}`;
}
