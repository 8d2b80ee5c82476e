import { useEffect, useState, useSyncExternalStore } from 'react';
import { usePlatform } from '@/platform/context';
import { TailSession, type TailState } from './tail-session';

const UNSEEN_MS = 250;

/** A page that nobody sees is never painted, so it does not wait for a paint. */
function beforeNextPaint(run: () => void): void {
  if (document.hidden) setTimeout(run, UNSEEN_MS);
  else requestAnimationFrame(run);
}

/** A tail that is open as long as the component is on screen. */
export function useTail(query: string): [TailState, TailSession] {
  const platform = usePlatform();
  const [session] = useState(
    () =>
      new TailSession({ connect: (handlers) => platform.tail(handlers), schedule: beforeNextPaint }, query),
  );
  const state = useSyncExternalStore(session.subscribe, session.get);
  useEffect(() => session.open(), [session]);
  useEffect(() => session.setQuery(query), [session, query]);
  return [state, session];
}
