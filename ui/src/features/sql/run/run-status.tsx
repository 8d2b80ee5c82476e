import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { plainMessage } from '@/components/notify';
import { formatBytes, formatCompact, formatCount, formatCountOf, formatDuration } from '@/lib/format/numbers';
import { PAGE_ROWS, type RunState } from './statement-run';
import classes from './run.module.css';

const TICK_MS = 200;

/** How far a run is, or what it took. */
export function RunStatus({ state, onMore }: { state: RunState; onMore: (() => void) | null }) {
  const { status, count, stats, progress, hasMore, isLoadingMore, error } = state;
  const elapsed = useElapsed(state);
  if (status === 'running') {
    return (
      <span className={classes.figures} role="status">
        <strong>{formatDuration(elapsed)}</strong>
        {progress !== null && (
          <span>
            read {formatCompact(progress.rows_read)}
            {progress.total_rows > 0 && ` of ${formatCompact(progress.total_rows)}`} rows,{' '}
            {formatBytes(progress.bytes_read)}
          </span>
        )}
      </span>
    );
  }
  return (
    <>
      <span className={classes.figures} role="status">
        <strong>{hasMore ? `First ${formatCountOf(count, 'row')}` : formatCountOf(count, 'row')}</strong>
        {status === 'cancelled' && <span>cancelled</span>}
        {stats !== null && (
          <span>
            {formatDuration(stats.elapsed_ms)}, read {formatCompact(stats.rows_read)} rows,{' '}
            {formatBytes(stats.bytes_read)}
          </span>
        )}
        {error !== null && <span>{plainMessage(error)}</span>}
      </span>
      {hasMore && onMore !== null && (
        <Button variant="default" size="compact-xs" loading={isLoadingMore} onClick={onMore}>
          Next {formatCount(PAGE_ROWS)}
        </Button>
      )}
      {hasMore && onMore === null && <span>More do not fit: narrow the statement.</span>}
    </>
  );
}

export function RunProgress({ state }: { state: RunState }) {
  const { status, isLoadingMore, progress } = state;
  if (status !== 'running' && !isLoadingMore) return <div className={classes.progress} />;
  const share =
    progress === null || progress.total_rows === 0
      ? 0.03
      : Math.min(progress.rows_read / progress.total_rows, 1);
  return (
    <div className={classes.progress} aria-hidden>
      <span style={{ width: `${share * 100}%` }} />
    </div>
  );
}

/** Milliseconds since the run began, counted on while it lasts. */
function useElapsed({ status, startedAt }: RunState): number {
  const [now, setNow] = useState(startedAt);
  useEffect(() => {
    if (status !== 'running') return undefined;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [status]);
  return Math.max(now - startedAt, 0);
}
