import { Button } from '@mantine/core';
import { ApiError } from '@/api/errors';
import { plainMessage } from '@/components/notify';
import { useExplore, useResults } from '../state/explore-context';
import { DEFAULT_RANGE } from '@/lib/time-range/range';
import classes from './results.module.css';

/** Says above the rows what went wrong with the search, or that its range is not the usual one; errors of the text stand at the search bar. */
export function Notice() {
  const { refresh, session, isWidened, setRange } = useExplore();
  const error = useResults((results) => results.error);
  const willRetry = useResults((results) => results.willRetry);
  const hasRows = useResults(({ rows }) => rows.length > 0);
  if (error === null && isWidened) {
    return (
      <div className={classes.quiet} role="status">
        Nothing in the last 15 minutes, so all time is shown.
        <button type="button" className={classes.textButton} onClick={() => setRange(DEFAULT_RANGE)}>
          Show the last 15 minutes
        </button>
      </div>
    );
  }
  if (error === null || (error instanceof ApiError && error.code.startsWith('query.'))) return null;
  return (
    <div className={classes.notice} role="alert" data-waiting={willRetry || undefined}>
      <span>
        {plainMessage(error)}
        {willRetry && ' It is tried again until it works.'}
        {hasRows && ' The rows below are from before.'}
      </span>
      <span className={classes.noticeActions}>
        {willRetry && (
          <Button size="compact-xs" variant="subtle" color="gray" onClick={() => session.cancel()}>
            Stop trying
          </Button>
        )}
        <Button size="compact-xs" variant="default" onClick={refresh}>
          Try now
        </Button>
      </span>
    </div>
  );
}
