import { createContext, use, useSyncExternalStore } from 'react';
import { isTimeZone, type TimeZone } from '@/lib/time-range/time-zone';

/** Ranges to start Explore with; `last` is the one chosen last. */
export const START_RANGES = ['last', 'now-15m', 'now-1h', 'now-4h', 'now-1d', 'now-7d', 'all'] as const;
export const FRACTION_DIGITS = ['0', '3', '6', '9'] as const;
export const PAGE_ROWS = ['100', '300', '1000', '3000'] as const;

export interface Preferences {
  density: 'compact' | 'comfortable';
  timeZone: TimeZone;
  /** Digits of a second in tables. */
  fractionDigits: (typeof FRACTION_DIGITS)[number];
  /** Whether tables show the date where all rows have the same. */
  dates: 'needed' | 'always';
  startRange: (typeof START_RANGES)[number];
  /** Rows that a search fetches at first. */
  pageRows: (typeof PAGE_ROWS)[number];
  wrapLines: boolean;
  railCollapsed: boolean;
  /** Stands beside the notes that are written here; empty says nothing. */
  authorName: string;
}

const KEY = 'click-lite.preferences';
const DEFAULTS: Preferences = {
  density: 'compact',
  timeZone: 'local',
  fractionDigits: '3',
  dates: 'needed',
  startRange: 'last',
  pageRows: '300',
  wrapLines: false,
  railCollapsed: false,
  authorName: '',
};

/** What the user chose for this browser or this desktop; kept in `localStorage`. */
export class PreferenceStore {
  private current: Preferences;
  private readonly listeners = new Set<() => void>();
  private readonly storage: Pick<Storage, 'getItem' | 'setItem'>;

  constructor(storage: Pick<Storage, 'getItem' | 'setItem'>) {
    this.storage = storage;
    this.current = readPreferences(storage);
  }

  readonly get = (): Preferences => this.current;

  set(change: Partial<Preferences>): void {
    this.current = { ...this.current, ...change };
    try {
      this.storage.setItem(KEY, JSON.stringify(this.current));
    } catch {
      // Storage is full or forbidden: the choice holds until the page is closed.
    }
    for (const listener of this.listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

function oneOf<T extends string>(values: readonly T[], value: unknown, otherwise: T): T {
  return values.find((known) => known === value) ?? otherwise;
}

/** The choices as they are stored; what is missing or wrong has its default. */
export function readPreferences(storage: Pick<Storage, 'getItem'>): Preferences {
  try {
    const stored = JSON.parse(storage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    return {
      density: oneOf(['compact', 'comfortable'], stored.density, DEFAULTS.density),
      timeZone: isTimeZone(stored.timeZone) ? stored.timeZone : DEFAULTS.timeZone,
      fractionDigits: oneOf(FRACTION_DIGITS, stored.fractionDigits, DEFAULTS.fractionDigits),
      dates: oneOf(['needed', 'always'], stored.dates, DEFAULTS.dates),
      startRange: oneOf(START_RANGES, stored.startRange, DEFAULTS.startRange),
      pageRows: oneOf(PAGE_ROWS, stored.pageRows, DEFAULTS.pageRows),
      wrapLines: stored.wrapLines === true,
      railCollapsed: stored.railCollapsed === true,
      authorName: typeof stored.authorName === 'string' ? stored.authorName.slice(0, 100) : '',
    };
  } catch {
    return DEFAULTS;
  }
}

export const PreferenceContext = createContext<PreferenceStore | null>(null);

export function usePreferences(): [Preferences, (change: Partial<Preferences>) => void] {
  const store = use(PreferenceContext);
  if (store === null) throw new Error('PreferenceContext has no value');
  const preferences = useSyncExternalStore(store.subscribe, store.get);
  return [preferences, (change) => store.set(change)];
}
