import { CloseButton } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useStatus } from '@/api/status';
import { useCommands } from '@/lib/shortcuts/use-commands';
import classes from './tour-host.module.css';

const Tour = lazy(() => import('./tour'));
const KEY = 'click-lite.tour';

function wasSeen(): boolean {
  try {
    return window.localStorage.getItem(KEY) !== null;
  } catch {
    // Storage is forbidden: the offer would come back at each start.
    return true;
  }
}

/** Offers the tour in the status bar to whoever has not seen it and has rows; the command starts it any time. */
export function TourHost() {
  const rows = useStatus().data?.storage?.rows ?? 0;
  const [isOffered, setOffered] = useState(() => !wasSeen());
  const [isRunning, setRunning] = useState(false);
  const settle = () => {
    setOffered(false);
    try {
      window.localStorage.setItem(KEY, 'seen');
    } catch {
      // It is offered again after a restart.
    }
  };
  const start = () => {
    settle();
    setRunning(true);
  };
  useCommands([{ id: 'app.tour', title: 'Take the tour', group: 'General', run: start }]);
  return (
    <>
      {isOffered && rows > 0 && (
        <span className={classes.offer}>
          <button type="button" className={classes.start} onClick={start}>
            New here? Take the tour
          </button>
          <CloseButton
            size={24}
            iconSize={11}
            aria-label="No tour, thanks"
            title="No tour, thanks"
            onClick={settle}
          />
        </span>
      )}
      <Suspense fallback={null}>{isRunning && <Tour onEnd={() => setRunning(false)} />}</Suspense>
    </>
  );
}
