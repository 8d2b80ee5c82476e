import { useResults } from '../state/explore-context';
import classes from './results.module.css';

/** A line that fills as the engine reads; short searches end before it shows. */
export function ProgressBar() {
  const progress = useResults((results) => results.progress);
  const isShown = useResults(({ status, isLoadingMore }) => status === 'running' || isLoadingMore);
  if (!isShown) return null;
  const share =
    progress !== null && progress.total_rows > 0
      ? Math.min(progress.rows_read / progress.total_rows, 1)
      : null;
  return (
    <div
      className={classes.progress}
      role="progressbar"
      aria-label="Searching"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(share * 100)}
    >
      <div
        className={classes.progressFill}
        data-unknown={share === null || undefined}
        style={share === null ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  );
}
