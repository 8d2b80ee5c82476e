const LAYOUT = /^click-lite\.(?:panel\.|explore\.(?!queries$|ranges?$))/;

/** Forgets how panels, columns and groups were left; what comes back brings them back, `null` where there was nothing. */
export function forgetLayout(storage: Storage): (() => void) | null {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  const forgotten = keys
    .filter((key) => LAYOUT.test(key))
    .map((key): [string, string] => [key, storage.getItem(key) ?? '']);
  for (const [key] of forgotten) storage.removeItem(key);
  if (forgotten.length === 0) return null;
  return () => {
    for (const [key, value] of forgotten) storage.setItem(key, value);
  };
}
