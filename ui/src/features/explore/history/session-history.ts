import { isSameRange, type TimeRange } from '@/lib/time-range/range';

/** A search of this session, as it stood in the address. */
export interface HistoryEntry {
  query: string;
  range: TimeRange;
  /** When it was run last, milliseconds since the epoch. */
  at: number;
}

const KEY = 'click-lite.explore.session-history';
const ENTRIES_LIMIT = 40;

function isEntry(value: unknown): value is HistoryEntry {
  const entry = value as Partial<HistoryEntry> | null;
  return (
    typeof entry === 'object' &&
    entry !== null &&
    typeof entry.query === 'string' &&
    typeof entry.at === 'number' &&
    typeof entry.range === 'object'
  );
}

/** The searches of this session (of this tab), the last first. */
export function readHistory(storage: Pick<Storage, 'getItem'>): HistoryEntry[] {
  try {
    const value: unknown = JSON.parse(storage.getItem(KEY) ?? '[]');
    return Array.isArray(value) ? value.filter(isEntry) : [];
  } catch {
    return [];
  }
}

export function isSameSearch(left: HistoryEntry, right: HistoryEntry): boolean {
  return left.query === right.query && isSameRange(left.range, right.range);
}

/** Puts a search first; one that was there before moves up. */
export function remember(storage: Pick<Storage, 'getItem' | 'setItem'>, entry: HistoryEntry): void {
  const others = readHistory(storage).filter((other) => !isSameSearch(other, entry));
  try {
    storage.setItem(KEY, JSON.stringify([entry, ...others].slice(0, ENTRIES_LIMIT)));
  } catch {
    // Storage is full or forbidden: there is no history then.
  }
}
