import { useNavigate, useRouter, useSearch } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import type { LogRow } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { DEFAULT_COLUMNS, gridTemplate, layOutColumns } from '@/components/log/columns';
import type { RowLook } from '@/components/log/log-row';
import { notifyFailure } from '@/components/notify';
import { Page } from '@/components/page';
import type { SearchBarHandle } from '@/components/search-bar/search-bar';
import { SkeletonRows } from '@/components/skeleton-rows';
import { exploreLinkOfRow } from '@/lib/explore-link';
import { usePreferences } from '@/lib/preferences/preferences';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { usePlatform } from '@/platform/context';
import type { WindowOptions } from '@/platform/platform';
import { tailHighlights } from './state/highlight-words';
import type { TailSession } from './state/tail-session';
import type { TailSearch } from './state/tail-search';
import { useBookmarks } from './state/use-bookmarks';
import { useIsNarrow } from './state/use-is-narrow';
import { useTail, useTailPart } from './state/use-tail';
import { TailDetail } from './tail-detail';
import { TailLine } from './tail-line';
import { TailList } from './tail-list';
import { TailToolbar, type TailActions } from './tail-toolbar';
import classes from './tail-page.module.css';

const ROW_HEIGHTS = { compact: 22, comfortable: 28 };
const WINDOW_SIZE = { title: 'Tail', width: 1_000, height: 560 };
const EXPLORE_WINDOW = { title: 'Explore', width: 1_400, height: 900, isAlwaysOnTop: false };
const TIME_WIDTH = 104;
const NARROW_COLUMNS = ['time', 'level', 'message'];
const GROUP = 'Tail';

/** Rows as they come in. */
export function TailPage() {
  const search: TailSearch = useSearch({ from: '/tail' });
  const navigate = useNavigate({ from: '/tail' });
  const router = useRouter();
  const platform = usePlatform();
  const query = search.q ?? '';
  const source = search.src;
  const isOwnWindow = search.window === true;
  const session = useTail(query, source);
  const reason = useTailPart(session, (tail) => tail.reason);
  const hasRows = useTailPart(session, ({ rows }) => rows.length > 0);
  const [{ density, timeZone }] = usePreferences();
  const isNarrow = useIsNarrow();
  const bookmarks = useBookmarks();
  const [selected, setSelected] = useState<LogRow | null>(null);
  const [isFollowing, setFollowing] = useState(true);
  const [words, setWords] = useState('');
  const bar = useRef<SearchBarHandle>(null);

  const look = useMemo((): RowLook => {
    const names = isNarrow ? NARROW_COLUMNS : DEFAULT_COLUMNS;
    const columns = layOutColumns(names, { time: TIME_WIDTH });
    return {
      columns,
      template: gridTemplate(columns),
      highlights: tailHighlights(query, words),
      zone: timeZone,
      hasDate: false,
      isWrapped: false,
    };
  }, [isNarrow, query, words, timeZone]);

  const setSearch = (change: TailSearch) =>
    void navigate({ search: { ...search, ...change }, replace: true });
  const openWindow = (href: string, options: WindowOptions) => {
    const failed = (error: unknown) => notifyFailure('No window was opened', error);
    platform.openWindow(href, options).then((isOpen) => {
      if (!isOpen) failed(new Error('The browser does not let this page open windows.'));
    }, failed);
  };
  const explore = (row: LogRow) => {
    const target = { to: '/explore', search: exploreLinkOfRow(row, query, source) } as const;
    if (isOwnWindow) openWindow(router.buildLocation(target).href, EXPLORE_WINDOW);
    else void router.navigate(target);
  };
  const actions: TailActions = {
    setQuery: (next) => {
      if (next === query) session.follow(next, source);
      else setSearch({ q: next === '' ? undefined : next });
    },
    setSource: (next) => setSearch({ src: next }),
    togglePause: () => (session.get().phase === 'paused' ? session.goOn(false) : session.pause()),
    skip: () => session.goOn(true),
    clear: () => {
      session.clear();
      setSelected(null);
    },
    openWindow: (isAlwaysOnTop) => {
      const parameters: TailSearch = { ...search, window: true, top: isAlwaysOnTop || undefined };
      const { href } = router.buildLocation({ to: '/tail', search: parameters });
      openWindow(href, { ...WINDOW_SIZE, isAlwaysOnTop });
    },
    toggleOnTop: () => {
      const isOnTop = search.top !== true;
      platform.shell?.setAlwaysOnTop(isOnTop).then(
        () => setSearch({ top: isOnTop || undefined }),
        (error: unknown) => notifyFailure('The window stays where it is', error),
      );
    },
  };
  const bookmark = (row: LogRow | null | undefined) => row && bookmarks.toggle(row);
  // Space presses the button that has the focus, as everywhere.
  const pressSpace = () => {
    const { activeElement } = document;
    if (activeElement instanceof HTMLButtonElement) activeElement.click();
    else actions.togglePause();
  };
  useCommands([
    {
      id: 'tail.search',
      title: 'Go to the filter',
      group: GROUP,
      keys: ['/'],
      run: () => bar.current?.focus(),
    },
    { id: 'tail.pause', title: 'Pause, or go on', group: GROUP, keys: [' '], run: pressSpace },
    { id: 'tail.clear', title: 'Clear the rows', group: GROUP, keys: ['c'], run: actions.clear },
    {
      id: 'tail.bookmark',
      title: 'Bookmark the chosen row, or the newest',
      group: GROUP,
      keys: ['b'],
      run: () => bookmark(selected ?? session.get().rows.at(-1)),
    },
    { id: 'tail.follow', title: 'Follow new rows', group: GROUP, keys: ['f'], run: () => setFollowing(true) },
    {
      id: 'tail.close',
      title: 'Close the row',
      group: GROUP,
      keys: ['Escape'],
      onlyKeys: true,
      run: () => setSelected(null),
    },
    {
      id: 'tail.window',
      title: 'Open this tail in a window of its own',
      group: GROUP,
      run: () => actions.openWindow(false),
    },
  ]);

  return (
    <Page
      title="Tail"
      toolbar={
        <TailToolbar
          session={session}
          actions={actions}
          isOnTop={isOwnWindow && platform.shell !== null ? search.top === true : null}
          canKeepOnTop={platform.shell !== null}
          bar={bar}
        />
      }
    >
      <div className={classes.page}>
        <TailLine
          session={session}
          isFollowing={isFollowing}
          words={words}
          bookmarks={bookmarks}
          zone={timeZone}
          onFollow={() => setFollowing(true)}
          onWords={setWords}
          onLevels={(hidden) => session.hideLevels(hidden)}
          onSample={(sample) => session.setSample(sample)}
          onOpen={setSelected}
        />
        {reason !== null && (
          <div className={classes.notice} role="status">
            {reason}
          </div>
        )}
        <div className={classes.panels}>
          <div className={classes.rows}>
            {!hasRows ? (
              <NoRows session={session} />
            ) : (
              <TailList
                session={session}
                look={look}
                rowHeight={ROW_HEIGHTS[density]}
                selectedId={selected?.IngestId ?? null}
                bookmarks={bookmarks}
                isFollowing={isFollowing}
                onFollow={setFollowing}
                onSelect={setSelected}
              />
            )}
          </div>
          {selected !== null && (
            <TailDetail
              row={selected}
              zone={timeZone}
              highlights={look.highlights}
              isBookmarked={bookmarks.has(selected)}
              onBookmark={() => bookmark(selected)}
              onExplore={() => explore(selected)}
              onClose={() => setSelected(null)}
            />
          )}
        </div>
      </div>
    </Page>
  );
}

/** What stands in the place of the rows. */
function NoRows({ session }: { session: TailSession }) {
  const error = useTailPart(session, (tail) => tail.error);
  const phase = useTailPart(session, (tail) => tail.phase);
  const query = useTailPart(session, (tail) => tail.query);
  const hasKept = useTailPart(session, ({ kept }) => kept > 0);
  if (error !== null) return <EmptyState title="The filter can't be tailed">{error.message}</EmptyState>;
  if (phase === 'connecting' || phase === 'starting') return <SkeletonRows count={20} />;
  if (hasKept)
    return <EmptyState title="All levels of these rows are off">Switch a level on to see them.</EmptyState>;
  return (
    <EmptyState title="Waiting for rows">
      {query === ''
        ? 'Rows stand here as they come in.'
        : 'Nothing matched so far. New rows stand here as they come in.'}
    </EmptyState>
  );
}
