import { filterPart } from './pipes';
import type { Run } from './search-session';

export interface Scope {
  query: string;
  from: string | undefined;
  to: string | undefined;
  source: string | undefined;
}

/** The records of a run, before any pipe: what the panels beside the rows speak of. */
export function scopeOf(run: Run | null): Scope {
  return { query: filterPart(run?.query ?? ''), from: run?.from, to: run?.to, source: run?.source };
}
