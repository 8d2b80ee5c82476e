import type { Status } from '@/api/types';
import { readPreferences } from '@/lib/preferences/preferences';
import { ALL_TIME, DEFAULT_RANGE, resolveRange, type TimeRange } from '@/lib/time-range/range';
import type { ExploreSearch } from './search-state';

const KEY = 'click-lite.explore.range';

/** True of an address that leaves the range to Explore, such as the page's link in the rail. */
export function hasNoRange({ from, to }: ExploreSearch): boolean {
  return from === undefined && to === undefined;
}

/** The range that this viewer chose last, `null` where there is none. Ranges of links that were followed do not count. */
export function lastRange(storage: Pick<Storage, 'getItem'>): TimeRange | null {
  try {
    const value = JSON.parse(storage.getItem(KEY) ?? 'null') as Partial<TimeRange> | null;
    if (value === null || !isEnd(value.from) || !isEnd(value.to)) return null;
    return { from: value.from, to: value.to };
  } catch {
    return null;
  }
}

function isEnd(value: unknown): value is string | null {
  return value === null || (typeof value === 'string' && value !== '');
}

/** The range to start with, as the settings say; `null` leaves it to what is stored. */
export function startRange(storage: Pick<Storage, 'getItem'>): TimeRange | null {
  const { startRange: chosen } = readPreferences(storage);
  if (chosen === 'last') return lastRange(storage);
  return chosen === 'all' ? ALL_TIME : { from: chosen, to: 'now' };
}

export function rememberRange(storage: Pick<Storage, 'setItem'>, range: TimeRange): void {
  try {
    storage.setItem(KEY, JSON.stringify(range));
  } catch {
    // Storage is full or forbidden: the next opening starts with the default.
  }
}

/**
 * What becomes of an address without a range, once the search of the default range is done: that range where it holds
 * rows, all time where all that is stored lies outside, and nothing yet while nothing is stored.
 */
export function openingRange(
  query: string,
  hasRows: boolean,
  rowsStored: number | undefined,
): 'default' | 'all' | null {
  if (hasRows || query !== '') return 'default';
  return rowsStored === undefined || rowsStored === 0 ? null : 'all';
}

/**
 * Whether the default range is known to hold nothing before it is searched: all that is stored is older. `null` while the
 * server has not said yet what is stored.
 */
export function isDefaultRangeEmpty(storage: Status['storage'] | undefined, nowMs: number): boolean | null {
  if (storage === undefined || storage === null) return null;
  const { from } = resolveRange(DEFAULT_RANGE, nowMs);
  return storage.newest_s !== null && from !== null && (storage.newest_s + 1) * 1000 <= from;
}
