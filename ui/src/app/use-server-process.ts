import { useEffect, useState } from 'react';
import { usePlatform } from '@/platform/context';
import type { ServerState } from '@/platform/platform';

/** The state of the server's process on the desktop; `null` in a browser. */
export function useServerProcess(): ServerState | null {
  const { shell } = usePlatform();
  const [state, setState] = useState<ServerState | null>(null);
  useEffect(() => {
    if (shell === null) return undefined;
    let heard = false;
    const stop = shell.onServerState((next) => {
      heard = true;
      setState(next);
    });
    // An event that arrives meanwhile is newer than this answer.
    shell.serverState().then(
      (first) => {
        if (!heard) setState(first);
      },
      () => undefined,
    );
    return stop;
  }, [shell]);
  return state;
}
