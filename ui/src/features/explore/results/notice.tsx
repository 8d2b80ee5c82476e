import { Button } from '@mantine/core';
import { ApiError } from '@/api/errors';
import { plainMessage } from '@/components/notify';
import { useExplore } from '../state/explore-context';
import classes from './results.module.css';

/** Says above the rows what went wrong with the search; errors of the text stand at the search bar. */
export function Notice() {
  const { results, refresh, session } = useExplore();
  const { error, willRetry, rows } = results;
  if (error === null || (error instanceof ApiError && error.code.startsWith('query.'))) return null;
  return (
    <div className={classes.notice} role="alert" data-waiting={willRetry || undefined}>
      <span>
        {plainMessage(error)}
        {willRetry && ' It is tried again until it works.'}
        {rows.length > 0 && ' The rows below are from before.'}
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
