import { createContext, use, useSyncExternalStore } from 'react';

/** The time that the pointer is over, shared by the charts of a page. */
export class SharedCursor {
  private time: number | null = null;
  private readonly listeners = new Set<() => void>();

  readonly get = (): number | null => this.time;

  set(time: number | null): void {
    if (time === this.time) return;
    this.time = time;
    for (const listener of this.listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

/** Charts below it share a cursor; without one each has its own. */
export const SharedCursorContext = createContext<SharedCursor | null>(null);

const NOWHERE = new SharedCursor();

export function useSharedCursor(): [time: number | null, set: (time: number | null) => void] {
  const shared = use(SharedCursorContext);
  const cursor = shared ?? NOWHERE;
  const time = useSyncExternalStore(cursor.subscribe, cursor.get);
  return [time, (next) => shared?.set(next)];
}
