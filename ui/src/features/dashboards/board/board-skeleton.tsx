import { Page } from '@/components/page';
import classes from './board.module.css';

/** Holds the place of a dashboard while it loads. */
export function BoardSkeleton() {
  return (
    <Page title="Dashboard">
      <div className={classes.skeletons} role="status" aria-label="Loading">
        {Array.from({ length: 6 }, (_, index) => (
          <div key={index} className={classes.skeleton} data-wide={index > 3 || undefined} />
        ))}
      </div>
    </Page>
  );
}
