import { useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { useStatus } from '@/api/status';
import { isTimechart } from '@/lib/query-language/pipes';
import { usePreferences } from '@/lib/preferences/preferences';
import { useRowActions } from '../detail/use-row-actions';
import { FacetsPanel } from '../facets/facets-panel';
import { Histogram } from '../histogram/histogram';
import { useHistogram } from '../histogram/use-histogram';
import { Notice } from '../results/notice';
import { ResultLine } from '../results/result-line';
import { Hints } from '../search/hints';
import { useExplore, useResults } from '../state/explore-context';
import { hasNoRange } from '../state/opening';
import type { ExploreSearch } from '../state/search-state';
import { useStored } from '../state/stored';
import { useSelection } from '../state/use-selection';
import { usePickedRows } from '../rows/picked-rows';
import { useNoteJump } from '../notes/use-note-jump';
import { DetailPanel } from './detail-panel';
import { RowsArea } from './rows-area';
import { SidePanel } from './side-panel';
import { useExploreCommands } from './use-explore-commands';
import { useLayout } from './use-layout';
import classes from './workspace.module.css';

const FirstSteps = lazy(() =>
  import('@/components/first-steps/first-steps').then((module) => ({ default: module.FirstSteps })),
);
const FacetsSheet = lazy(() => import('./facets-sheet'));
const NotesDialog = lazy(() => import('../notes/notes-dialog'));
const JumpDialog = lazy(() => import('./jump-dialog'));
const SqlDialog = lazy(() => import('../results/sql-dialog'));

/**
 * True from the moment that nothing is stored until the first rows are on screen, or until there are some and the
 * address says which span of them to show.
 */
function useIsFirstStart(): boolean {
  const { refresh } = useExplore();
  const parameters: ExploreSearch = useSearch({ from: '/explore' });
  const stored = useStatus().data?.storage?.rows;
  const [isFirst, setFirst] = useState(false);
  const hasRows = useResults(({ rows }) => rows.length > 0);
  const isEmpty = stored === 0;
  const isChosen = stored !== undefined && stored > 0 && !hasNoRange(parameters);
  if (isEmpty && !hasRows && !isFirst) setFirst(true);
  if (isFirst && (hasRows || isChosen)) setFirst(false);

  const wasEmpty = useRef(false);
  useEffect(() => {
    if (stored === undefined) return;
    if (wasEmpty.current && !isEmpty) refresh();
    wasEmpty.current = isEmpty;
  }, [stored, isEmpty, refresh]);
  return isFirst;
}

/** Everything below the toolbar. */
export function Workspace() {
  const { session } = useExplore();
  const run = useResults((results) => results.run);
  // Known from the text already, so that no histogram comes and goes before the chart.
  const isOverTime = useResults(({ table, run: asked }) =>
    table === null ? isTimechart(asked?.query ?? '') : table.shape === 'time_series',
  );
  const layout = useLayout();
  const histogram = useHistogram(run);
  const selection = useSelection();
  const actions = useRowActions(selection.current);
  const picked = usePickedRows(session);
  const [isComparing, setComparing] = useState(false);
  const [areNotesShown, setNotesShown] = useState(false);
  const [isJumping, setJumping] = useState(false);
  const jumpToNote = useNoteJump(() => setNotesShown(false));
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
    picked,
    current: selection.current,
    actions,
    grid,
    toggleFacets,
    toggleWrap: () => setPreferences({ wrapLines: !wrapLines }),
    showSql: () => setSqlShown(true),
    showNotes: () => setNotesShown(true),
    jump: () => setJumping(true),
    compare: () => setComparing(true),
  });

  if (isFirstStart) {
    return (
      <Suspense fallback={null}>
        <FirstSteps />
      </Suspense>
    );
  }
  return (
    <div className={classes.workspace}>
      <Hints />
      <ResultLine
        histogram={histogram}
        areFacetsShown={isSheet ? isSheetOpen : areFacetsWanted}
        onToggleFacets={toggleFacets}
        onShowSql={() => setSqlShown(true)}
      />
      {!isOverTime && (
        <Histogram data={histogram.data} isStale={histogram.isStale} hasFailed={histogram.hasFailed} />
      )}
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
          picked={picked}
          isComparing={isComparing}
          onCompare={setComparing}
          grid={grid}
          isNarrow={layout.isNarrow}
          layout={`${layout.detail} ${selection.isOpen ? 'open' : ''}`}
        />
        <DetailPanel place={layout.detail} selection={selection} actions={actions} />
      </div>
      <Suspense fallback={null}>
        {isSheet && <FacetsSheet isOpen={isSheetOpen} onClose={() => setSheetOpen(false)} />}
        {areNotesShown && <NotesDialog onClose={() => setNotesShown(false)} onJump={jumpToNote} />}
        {isJumping && <JumpDialog onClose={() => setJumping(false)} />}
        {isSqlShown && <SqlDialog histogramSql={histogram.sql} onClose={() => setSqlShown(false)} />}
      </Suspense>
    </div>
  );
}
