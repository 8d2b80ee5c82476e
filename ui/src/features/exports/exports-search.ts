import type { ScheduleLink } from '@/lib/schedule-link';

/** What the address of the page holds. */
export interface ExportsSearch {
  /** Id of the export whose runs are shown. */
  job?: string;
  /** What the form of a new one begins with. */
  add?: ScheduleLink;
}

/** Keeps what is ours of any address; nothing in one is an error. */
export function validateExportsSearch(search: Record<string, unknown>): ExportsSearch {
  const { job, add } = search;
  return {
    ...(typeof job === 'string' && job !== '' ? { job } : {}),
    ...(typeof add === 'object' && add !== null ? { add: linkOf(add as Record<string, unknown>) } : {}),
  };
}

function linkOf(add: Record<string, unknown>): ScheduleLink {
  const link: ScheduleLink = {};
  for (const name of ['name', 'query', 'sql', 'source', 'from', 'to'] as const) {
    const value = add[name];
    if (typeof value === 'string') link[name] = value;
  }
  const { columns, params } = add;
  if (Array.isArray(columns)) {
    link.columns = columns.filter((column): column is string => typeof column === 'string');
  }
  if (typeof params === 'object' && params !== null) link.params = params as Record<string, unknown>;
  return link;
}
