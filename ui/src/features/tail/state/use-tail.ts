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
export function useTail(query: string, source: string | undefined): TailSession {
  const platform = usePlatform();
  const [session] = useState(
    () =>
      new TailSession(
        { connect: (handlers) => platform.tail(handlers), schedule: beforeNextPaint },
        query,
        source,
      ),
  );
  useEffect(() => session.open(), [session]);
  useEffect(() => session.follow(query, source), [session, query, source]);
  return session;
}

/** A part of a tail, which has to be the same one as long as it did not change: what shows no rows is not drawn with them. */
export function useTailPart<T>(session: TailSession, select: (tail: TailState) => T): T {
  return useSyncExternalStore(session.subscribe, () => select(session.get()));
}
