import { useCallback, useEffect, useState } from 'react';

/** Of the interval; many windows that were opened together do not ask together. */
const JITTER = 0.1;

/** The time that queries count from; it moves on each interval, but not while the page is hidden. */
export function useAskedAt(refreshS: number): [askedAt: number, refresh: () => void] {
  const [askedAt, setAskedAt] = useState(() => Date.now());
  const refresh = useCallback(() => setAskedAt(Date.now()), []);
  useEffect(() => {
    if (refreshS <= 0) return undefined;
    const length = refreshS * 1_000;
    let timer = 0;
    const arm = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(
        () => {
          if (!document.hidden) refresh();
        },
        Math.max(askedAt + length * (1 - JITTER / 2 + Math.random() * JITTER) - Date.now(), 0),
      );
    };
    const onVisible = (): void => {
      if (!document.hidden) arm();
    };
    arm();
    document.addEventListener('visibilitychange', onVisible);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisible);
    };
  }, [refreshS, askedAt, refresh]);
  return [askedAt, refresh];
}
