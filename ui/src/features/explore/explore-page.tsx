import { Page } from '@/components/page';
import { Workspace } from './layout/workspace';
import { ProgressBar } from './results/progress-bar';
import { ExploreContext } from './state/explore-context';
import { useExploreState } from './state/use-explore-state';
import { TableLookContext, useStoredTableLook } from './table/table-look';
import { Toolbar } from './toolbar/toolbar';
import classes from './explore-page.module.css';

/** The home page: search, see when, narrow down, read. */
export function ExplorePage() {
  const explore = useExploreState();
  const look = useStoredTableLook();
  return (
    <ExploreContext value={explore}>
      <TableLookContext value={look}>
        <Page title="Explore" toolbar={<Toolbar />}>
          <div className={classes.page}>
            <ProgressBar />
            <Workspace />
          </div>
        </Page>
      </TableLookContext>
    </ExploreContext>
  );
}
