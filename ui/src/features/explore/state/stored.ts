import { useStored as useStoredAt } from '@/lib/stored';

export { withRecent } from '@/lib/stored';

/** What Explore remembers. */
export function useStored<T>(key: string, initial: T): [T, (value: T) => void] {
  return useStoredAt(`click-lite.explore.${key}`, initial);
}
