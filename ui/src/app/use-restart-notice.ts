import { useEffect, useRef } from 'react';
import type { Status } from '@/api/types';
import { notifyDone } from '@/components/notify';

/**
 * How many restarts of the engine the user has been told of, and whether to tell of one now. The first answer is where
 * counting starts; a server that was itself restarted counts from 0 again. While the engine is still coming back the
 * status bar says so, and the notice waits.
 */
export function nextNotice(
  told: number | null,
  engine: Pick<Status['engine'], 'restarts' | 'state'>,
): { told: number; tell: boolean } {
  const { restarts, state } = engine;
  if (told === null || restarts <= told) return { told: restarts, tell: false };
  return state === 'ready' ? { told: restarts, tell: true } : { told, tell: false };
}

/** A short notice each time that the engine came back after it had ended by itself. */
export function useRestartNotice(status: Status | undefined): void {
  const told = useRef<number | null>(null);
  useEffect(() => {
    if (status === undefined) return;
    const next = nextNotice(told.current, status.engine);
    told.current = next.told;
    if (next.tell) notifyDone('The engine was restarted; nothing was lost');
  }, [status]);
}
