import { createContext, use, useSyncExternalStore } from 'react';

export interface Preferences {
  density: 'compact' | 'comfortable';
  timeZone: 'local' | 'utc';
  wrapLines: boolean;
  railCollapsed: boolean;
  /** Stands beside the notes that are written here; empty says nothing. */
  authorName: string;
}

const KEY = 'click-lite.preferences';
const DEFAULTS: Preferences = {
  density: 'compact',
  timeZone: 'local',
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
    this.current = read(storage);
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

function read(storage: Pick<Storage, 'getItem'>): Preferences {
  try {
    const stored = JSON.parse(storage.getItem(KEY) ?? '{}') as Partial<Preferences>;
    return {
      density: stored.density === 'comfortable' ? 'comfortable' : 'compact',
      timeZone: stored.timeZone === 'utc' ? 'utc' : 'local',
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
