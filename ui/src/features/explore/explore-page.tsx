import { useMemo } from 'react';
import { Page } from '@/components/page';
import { Workspace } from './layout/workspace';
import { ProgressBar } from './results/progress-bar';
import { ExploreContext } from './state/explore-context';
import { useStored } from './state/stored';
import { useExploreState } from './state/use-explore-state';
import { ColumnWidthsContext, withWidth, type ColumnWidths } from './table/column-widths';
import { Toolbar } from './toolbar/toolbar';
import classes from './explore-page.module.css';

/** The home page: search, see when, narrow down, read. */
export function ExplorePage() {
  const explore = useExploreState();
  const [widths, setWidths] = useStored<ColumnWidths>('column-widths', {});
  const columnWidths = useMemo(
    () => ({
      widths,
      setWidth: (name: string, width: number | null) => setWidths(withWidth(widths, name, width)),
    }),
    [widths, setWidths],
  );
  return (
    <ExploreContext value={explore}>
      <ColumnWidthsContext value={columnWidths}>
        <Page title="Explore" toolbar={<Toolbar />}>
          <div className={classes.page}>
            <ProgressBar />
            <Workspace />
          </div>
        </Page>
      </ColumnWidthsContext>
    </ExploreContext>
  );
}
