import type { SqlStatement, SqlValue } from '@/api/sql';
import type { TimeSpan } from '@/api/types';
import { hasPipes } from '@/lib/query-language/pipes';
import { resolveRelative } from '@/lib/time-range/range';

interface Shown extends TimeSpan {
  source?: string | undefined;
  /** Of the file, before the time at which it is made. */
  name: string;
}

/** What is on screen, as it is asked for again to make a file of it. */
export type Exported =
  | (Shown & { query: string; columns?: string[] })
  | (Shown & { sql: string; params: Record<string, SqlValue> });

/** Why there is nothing to export. */
export interface NotExported {
  obstacle: string;
}

/** Of a file whose content has no name. */
export const NAME = 'click-lite';

/** A search of which these columns are shown; what its pipes make has columns of its own. */
export function searchExport(
  search: TimeSpan & { query: string; source?: string | undefined },
  columns?: string[],
): Exported {
  const { query, from, to, source } = search;
  const isTable = columns === undefined || hasPipes(query);
  return { name: NAME, query, from, to, source, ...(isTable ? {} : { columns }) };
}

/** A statement that ran at a time; a name that was made up says nothing. */
export function sqlExport(
  { sql, params, from, to, source }: SqlStatement,
  at: number,
  title: string,
): Exported {
  const name = /^Query \d+$/.test(title) ? NAME : title;
  return { name, sql, params, source, ...spanAt({ from, to }, at) };
}

/** The span that a range stood for when it was shown: later, `now` is another one. */
export function spanAt({ from, to }: TimeSpan, at: number): TimeSpan {
  return { from: pointAt(from, at), to: pointAt(to, at) };
}

function pointAt(point: string | undefined, at: number): string | undefined {
  const time = point === undefined ? null : resolveRelative(point, at);
  return time === null ? point : new Date(time).toISOString();
}
