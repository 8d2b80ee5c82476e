import type { ApiClient } from '@/api/client';
import { parseQuery, printQuery, type LanguageAnswer, type QueryTree } from '@/api/query-tree';
import type { TimeSpan } from '@/api/types';

/**
 * A tree as text and SQL. Printing knows the SQL of this server's table alone, so for another source the printed text
 * is read again.
 */
export async function writeQuery(
  api: ApiClient,
  query: QueryTree,
  { source, ...span }: TimeSpan & { source: string | undefined },
  signal: AbortSignal,
): Promise<LanguageAnswer> {
  const printed = await printQuery(api, { query, ...span }, signal);
  if (source === undefined || printed.text === null) return printed;
  return parseQuery(api, { query: printed.text, source, ...span }, signal);
}
