import type { ExportFormat, ExportRequest } from '@/api/exports';
import type { SqlStatement, SqlValue } from '@/api/sql';
import type { TimeSpan } from '@/api/types';
import { hasPipes } from '@/lib/query-language/pipes';
import { resolveRelative } from '@/lib/time-range/range';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { partsOf } from '@/lib/time-range/zone';

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

const NAME = 'click-lite';
/** What systems refuse in the name of a file. */
const REFUSED = /[\p{Cc}"*/:<>?\\|]+/gu;
const NAME_LENGTH = 100;

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

/** `click-lite-2026-11-28-0451`: what it is and when it was made. */
export function fileNameOf(name: string, now: number, zone: TimeZone): string {
  const { year, month, day, hour, minute } = partsOf(now, zone);
  const pad = (value: number) => String(value).padStart(2, '0');
  const safe = name
    .replaceAll(REFUSED, ' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/^[ .]+/, '');
  const cut = Array.from(safe).slice(0, NAME_LENGTH).join('').trim();
  return `${cut === '' ? NAME : cut}-${year}-${pad(month)}-${pad(day)}-${pad(hour)}${pad(minute)}`;
}

export function exportRequest(
  exported: Exported,
  format: ExportFormat,
  options: { name: string; queryId: string; isConfirmed: boolean },
): ExportRequest {
  const { name, queryId, isConfirmed } = options;
  return { ...exported, format, name, query_id: queryId, budget: { confirmed: isConfirmed } };
}
