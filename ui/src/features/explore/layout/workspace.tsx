import { Drawer } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useStatus } from '@/api/status';
import { FirstSteps } from '@/components/first-steps/first-steps';
import { usePreferences } from '@/lib/preferences/preferences';
import { useRowActions } from '../detail/use-row-actions';
import { FacetsPanel } from '../facets/facets-panel';
import { Histogram } from '../histogram/histogram';
import { useHistogram } from '../histogram/use-histogram';
import { Notice } from '../results/notice';
import { ResultLine } from '../results/result-line';
import { SqlDialog } from '../results/sql-dialog';
import { useExplore } from '../state/explore-context';
import { useStored } from '../state/stored';
import { useSelection } from '../state/use-selection';
import { DetailPanel } from './detail-panel';
import { RowsArea } from './rows-area';
import { SidePanel } from './side-panel';
import { useExploreCommands } from './use-explore-commands';
import { useLayout } from './use-layout';
import classes from './workspace.module.css';

/** True from the moment that nothing is stored until the first rows are on screen. */
function useIsFirstStart(): boolean {
  const { results, refresh } = useExplore();
  const stored = useStatus().data?.storage?.rows;
  const [wasEmpty, setWasEmpty] = useState(false);
  const hasRows = results.rows.length > 0;
  if (stored === 0 && !hasRows && !wasEmpty) setWasEmpty(true);
  if (hasRows && wasEmpty) setWasEmpty(false);
  const hasArrived = wasEmpty && stored !== undefined && stored > 0;
  useEffect(() => {
    if (hasArrived) refresh();
  }, [hasArrived, refresh]);
  return wasEmpty;
}

/** Everything below the toolbar. */
export function Workspace() {
  const { results } = useExplore();
  const layout = useLayout();
  const histogram = useHistogram(results.run);
  const selection = useSelection();
  const actions = useRowActions(
    selection.openRow ?? results.rows.find((row) => row.IngestId === selection.selectedId) ?? null,
  );
  const [{ wrapLines }, setPreferences] = usePreferences();
  const [areFacetsWanted, setFacetsWanted] = useStored('facets.shown', true);
  const [isSheetOpen, setSheetOpen] = useState(false);
  const [isSqlShown, setSqlShown] = useState(false);
  const grid = useRef<HTMLDivElement>(null);
  const isFirstStart = useIsFirstStart();

  const isSheet = layout.facets === 'sheet';
  const areFacetsBeside = !isSheet && areFacetsWanted && !(layout.isTight && selection.isOpen);
  const toggleFacets = () => {
    if (isSheet) setSheetOpen(!isSheetOpen);
    else setFacetsWanted(!areFacetsWanted);
  };
  useExploreCommands({
    selection,
    actions,
    grid,
    toggleFacets,
    toggleWrap: () => setPreferences({ wrapLines: !wrapLines }),
    showSql: () => setSqlShown(true),
  });

  if (isFirstStart) return <FirstSteps />;
  return (
    <div className={classes.workspace}>
      <ResultLine
        histogram={histogram}
        areFacetsShown={isSheet ? isSheetOpen : areFacetsWanted}
        onToggleFacets={toggleFacets}
        onShowSql={() => setSqlShown(true)}
      />
      <Histogram data={histogram.data} isStale={histogram.isStale} hasFailed={histogram.hasFailed} />
      <Notice />
      <div className={classes.panels} data-detail={layout.detail}>
        {areFacetsBeside && (
          <SidePanel
            name="facets"
            side="left"
            label="Fields"
            initialWidth={236}
            minWidth={160}
            maxWidth={480}
          >
            <FacetsPanel />
          </SidePanel>
        )}
        <RowsArea
          histogram={histogram.data}
          selection={selection}
          grid={grid}
          isNarrow={isSheet}
          layout={`${layout.detail} ${selection.isOpen ? 'open' : ''}`}
        />
        <DetailPanel place={layout.detail} selection={selection} actions={actions} />
      </div>
      {isSheet && (
        <Drawer
          opened={isSheetOpen}
          onClose={() => setSheetOpen(false)}
          title="Fields"
          size={300}
          padding="xs"
          transitionProps={{ duration: 90 }}
        >
          <FacetsPanel />
        </Drawer>
      )}
      <SqlDialog histogramSql={histogram.sql} isOpen={isSqlShown} onClose={() => setSqlShown(false)} />
    </div>
  );
}
