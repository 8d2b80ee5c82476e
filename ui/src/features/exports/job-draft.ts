import type { ExportJobContent, ExportPeriod } from '@/api/export-jobs';
import type { ExportFormat } from '@/api/exports';
import type { SqlValue } from '@/api/sql';
import { hasPipes } from '@/lib/query-language/pipes';
import type { ScheduleLink } from '@/lib/schedule-link';
import { zoneName } from '@/lib/time-range/time-zone';
import { cronOf, DEFAULT_SCHEDULE, readSchedule, type Schedule } from './schedule';

/** Which records: those of a period before the run, of a range that is counted from it, or all. */
export type RangeKind = ExportPeriod | 'range' | 'all';

/** A scheduled export while it is written. */
export interface JobDraft {
  name: string;
  enabled: boolean;
  language: 'search' | 'sql';
  query: string;
  sql: string;
  params: Record<string, SqlValue>;
  /** Names with commas between them; empty for the usual ones. */
  columns: string;
  limit: number | undefined;
  source: string | null;
  format: ExportFormat;
  range: RangeKind;
  from: string;
  to: string;
  schedule: Schedule;
  timeZone: string;
  keepFiles: number;
}

const EMPTY: JobDraft = {
  name: '',
  enabled: true,
  language: 'search',
  query: '',
  sql: '',
  params: {},
  columns: '',
  limit: undefined,
  source: null,
  format: 'xlsx',
  range: 'day',
  from: 'now-24h',
  to: 'now',
  schedule: DEFAULT_SCHEDULE,
  timeZone: 'UTC',
  keepFiles: 30,
};

/** One to begin with, of what others linked to. */
export function newDraft(link: ScheduleLink): JobDraft {
  const isRelative = [link.from, link.to].every((point) => point === undefined || point.startsWith('now'));
  return {
    ...EMPTY,
    timeZone: zoneName('local'),
    name: link.name ?? '',
    language: link.sql === undefined ? 'search' : 'sql',
    query: link.query ?? '',
    sql: link.sql ?? '',
    params: (link.params ?? {}) as Record<string, SqlValue>,
    columns: (link.columns ?? []).join(', '),
    source: link.source ?? null,
    // Of a range that is fixed the same rows would come again and again.
    ...(isRelative && link.from !== undefined
      ? { range: 'range', from: link.from, to: link.to ?? 'now' }
      : {}),
  };
}

export function draftOf(job: ExportJobContent): JobDraft {
  const hasRange = job.from !== undefined || job.to !== undefined;
  return {
    ...EMPTY,
    name: job.name,
    enabled: job.enabled,
    language: job.sql === undefined ? 'search' : 'sql',
    query: job.query ?? '',
    sql: job.sql ?? '',
    params: job.params ?? {},
    columns: (job.columns ?? []).join(', '),
    limit: job.limit,
    source: job.source ?? null,
    format: job.format,
    range: job.period ?? (hasRange ? 'range' : 'all'),
    ...(hasRange ? { from: job.from ?? '', to: job.to ?? '' } : {}),
    schedule: readSchedule(job.schedule),
    timeZone: job.time_zone,
    keepFiles: job.keep_files,
  };
}

/** Whether rows are records, whose columns are chosen. */
export function hasColumns({ language, query }: JobDraft): boolean {
  return language === 'search' && !hasPipes(query);
}

/** Whether a range is chosen that the statement does not ask for. */
export function ignoresRange({ language, sql, range }: JobDraft): boolean {
  return language === 'sql' && sql.trim() !== '' && range !== 'all' && !/\{\s*(from|to)\s*:/.test(sql);
}

/** The time of it, which can be looked at before the rest is there. */
export function planOf({ schedule, timeZone, range, from, to }: JobDraft) {
  return {
    schedule: cronOf(schedule),
    time_zone: timeZone,
    ...(range === 'range'
      ? {
          ...(from.trim() === '' ? {} : { from: from.trim() }),
          ...(to.trim() === '' ? {} : { to: to.trim() }),
        }
      : range === 'all'
        ? {}
        : { period: range }),
  };
}

export function contentOf(draft: JobDraft): ExportJobContent {
  const { language, query, sql, params, source, limit } = draft;
  const columns = draft.columns
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  return {
    name: draft.name.trim(),
    enabled: draft.enabled,
    ...planOf(draft),
    ...(language === 'search' ? { query: query.trim() } : { sql }),
    ...(language === 'sql' && Object.keys(params).length > 0 ? { params } : {}),
    ...(source === null ? {} : { source }),
    ...(hasColumns(draft) && columns.length > 0 ? { columns } : {}),
    ...(limit === undefined ? {} : { limit }),
    format: draft.format,
    keep_files: draft.keepFiles,
  };
}

/** What is missing before it can be saved; the server tells the rest. */
export function missingIn(draft: JobDraft): string | null {
  if (draft.name.trim() === '') return 'It needs a name';
  if (draft.language === 'sql' && draft.sql.trim() === '') return 'It needs a statement';
  return null;
}
