import { useCallback, useState } from 'react';

function read<T>(key: string, initial: T): T {
  try {
    const text = window.localStorage.getItem(key);
    if (text === null) return initial;
    const value: unknown = JSON.parse(text);
    return typeof value === typeof initial && Array.isArray(value) === Array.isArray(initial)
      ? (value as T)
      : initial;
  } catch {
    return initial;
  }
}

/** State that this browser or desktop remembers; what is stored in another shape is ignored. */
export function useStored<T>(key: string, initial: T): [T, (value: T) => void] {
  const [value, setValue] = useState(() => read(key, initial));
  const store = useCallback(
    (next: T) => {
      setValue(next);
      try {
        window.localStorage.setItem(key, JSON.stringify(next));
      } catch {
        // Storage is full or forbidden: the choice holds until the page is closed.
      }
    },
    [key],
  );
  return [value, store];
}

/** The list with `item` first and once, at most `limit` long. */
export function withRecent<T>(
  list: readonly T[],
  item: T,
  limit: number,
  isSame: (left: T, right: T) => boolean,
): T[] {
  return [item, ...list.filter((other) => !isSame(other, item))].slice(0, limit);
}
