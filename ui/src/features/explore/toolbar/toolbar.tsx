import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconActivity, IconPlayerStopFilled, IconRefresh, IconZoomOut } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { SavedMenu } from '@/components/saved/saved-menu';
import { HistoryMenu } from '../history/history-menu';
import { Shortcut } from '../layout/shortcut';
import { ExploreSearch } from '../search/explore-search';
import { useExplore, useResults } from '../state/explore-context';
import { shiftRange, zoomOut, type TimeRange } from '@/lib/time-range/range';
import { ExploreTime } from '../time/explore-time';
import { AutoRefresh } from './auto-refresh';
import { SearchToDashboard } from './to-dashboard';
import { SourceSwitch } from './source-switch';
import { SplitActions } from './split-actions';
import { BuilderLink } from './builder-link';
import { useSaveSearch } from './use-save-search';
import classes from './toolbar.module.css';
import { usePaneCommands } from '../state/pane';

export function Toolbar() {
  const { search, refresh, setRange } = useExplore();
  const navigate = useNavigate();
  const openTail = () =>
    void navigate({
      to: '/tail',
      search: {
        ...(search.query === '' ? {} : { q: search.query }),
        ...(search.source === undefined ? {} : { src: search.source }),
      },
    });
  const move = (change: (range: TimeRange, now: number) => TimeRange | null) => {
    const range = change(search.range, Date.now());
    if (range) setRange(range);
  };
  const saveSearch = useSaveSearch();
  const group = 'Explore';
  usePaneCommands([
    { id: 'explore.zoom-out', title: 'Zoom out in time', group, keys: ['-'], run: () => move(zoomOut) },
    {
      id: 'explore.earlier',
      title: 'The same length of time before',
      group,
      keys: ['{'],
      run: () => move((range, now) => shiftRange(range, -1, now)),
    },
    {
      id: 'explore.later',
      title: 'The same length of time after',
      group,
      keys: ['}'],
      run: () => move((range, now) => shiftRange(range, 1, now)),
    },
    {
      id: 'explore.live',
      title: 'Follow this search as rows come in',
      group,
      keys: ['shift+t'],
      run: openTail,
    },
    { id: 'explore.refresh', title: 'Run the search again', group, keys: ['r'], run: refresh },
    { id: 'explore.save', title: 'Save this search', group, keys: ['mod+s'], run: saveSearch },
  ]);

  return (
    <div className={classes.toolbar}>
      <SourceSwitch />
      <div className={classes.search} data-tour="search">
        <ExploreSearch />
      </div>
      <BuilderLink />
      <SavedMenu what="search" onSave={saveSearch} />
      <div className={classes.time} data-tour="time">
        <HistoryMenu />
        <ExploreTime />
        <Tooltip label={<Shortcut text="Zoom out in time" keys="-" />}>
          <ActionIcon
            className={classes.wide}
            aria-label="Zoom out in time"
            disabled={search.range.from === null}
            onClick={() => move(zoomOut)}
          >
            <IconZoomOut size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <SearchToDashboard />
      </div>
      <SplitActions />
      <Button.Group className={classes.run}>
        <RunButton />
        <AutoRefresh />
      </Button.Group>
      <Tooltip label={<Shortcut text="Follow this search as rows come in" keys="shift+t" />}>
        <Button className={classes.live} variant="default" aria-label="Live" onClick={openTail}>
          <IconActivity size={14} aria-hidden />
          <span className={classes.word}>Live</span>
        </Button>
      </Tooltip>
    </div>
  );
}

/** Runs what stands in the search bar, or cancels what runs. */
function RunButton() {
  const { session, editQuery } = useExplore();
  const isBusy = useResults(
    ({ status, isLoadingMore, willRetry }) => status === 'running' || isLoadingMore || willRetry,
  );
  return isBusy ? (
    <Button
      variant="default"
      onClick={() => session.cancel()}
      leftSection={<IconPlayerStopFilled size={12} aria-hidden />}
    >
      Cancel
    </Button>
  ) : (
    <Button onClick={() => editQuery((query) => query)} leftSection={<IconRefresh size={14} aria-hidden />}>
      Run
    </Button>
  );
}
