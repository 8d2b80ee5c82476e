import { useMediaQuery } from '@mantine/hooks';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { Page } from '@/components/page';
import { SplitPane } from '@/components/split-pane';
import { SearchPane } from './layout/search-pane';
import type { PaneName } from './state/pane';
import type { ExploreSearch } from './state/search-state';
import { TableLookContext, useStoredTableLook } from './table/table-look';
import classes from './explore-page.module.css';

/** The home page: search, see when, narrow down, read; two searches side by side where the address says so. */
export function ExplorePage() {
  const look = useStoredTableLook();
  const { split }: ExploreSearch = useSearch({ from: '/explore' });
  const isWide = useMediaQuery('(min-width: 1000px)', true, { getInitialValueInEffect: false });
  const [active, setActive] = useState<PaneName>('first');
  const isSplit = split !== undefined;
  const pane = (name: PaneName) => (
    <SearchPane
      key={name}
      name={name}
      isSplit={isSplit}
      isActive={!isSplit || name === active}
      onActive={() => setActive(name)}
    />
  );
  return (
    <TableLookContext value={look}>
      <Page title="Explore" toolbar={null}>
        <div className={classes.page}>
          {isSplit ? (
            <SplitPane
              key={isWide ? 'beside' : 'below'}
              name={isWide ? 'explore-split' : 'explore-split-below'}
              label="Size of the second search"
              direction={isWide ? 'row' : 'column'}
              fixed="second"
              initialSize={isWide ? Math.round(window.innerWidth * 0.45) : 380}
              minSize={isWide ? 420 : 220}
              maxSize={isWide ? 2_400 : 1_200}
              first={pane('first')}
              second={pane('second')}
            />
          ) : (
            pane('first')
          )}
        </div>
      </Page>
    </TableLookContext>
  );
}
