import { Button } from '@mantine/core';
import type { SavedQuery } from '@/api/saved';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { useSavedQueries } from '@/components/saved/use-saved';
import { SkeletonRows } from '@/components/skeleton-rows';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { FolderPanel } from './folder-panel';
import { chosen } from './library';
import { QueryDetail } from './query-detail';
import { QueryTable } from './query-table';
import classes from './saved-page.module.css';
import { useQueryActions } from './use-query-actions';
import { useSavedSearch } from './use-saved-search';

/** Folders and tags, the list, and beside it what is open. */
export function LibraryView() {
  const library = useSavedQueries();
  const [search, change] = useSavedSearch();
  if (library.data === undefined) {
    return library.isError ? (
      <ErrorState
        title="The saved queries could not be listed"
        error={library.error}
        onRetry={() => void library.refetch()}
      />
    ) : (
      <SkeletonRows count={12} />
    );
  }
  const { items } = library.data;
  if (items.length === 0) {
    return (
      <EmptyState
        title="Nothing is saved yet"
        action={<Button onClick={() => change({ tab: 'templates' })}>Browse templates</Button>}
      >
        Save a search in Explore with Ctrl S, or begin with one of the templates.
      </EmptyState>
    );
  }
  const rows = chosen(items, search);
  const open = items.find(({ id }) => id === search.open) ?? null;
  return (
    <div className={classes.library} data-open={open !== null || undefined}>
      <FolderPanel library={library.data} />
      <Rows all={items} rows={rows} open={open} />
      {open !== null && (
        <QueryDetail key={open.id} opening={{ source: 'saved-queries', query: open }} saved={open} />
      )}
    </div>
  );
}

function Rows({ all, rows, open }: { all: SavedQuery[]; rows: SavedQuery[]; open: SavedQuery | null }) {
  const [, change] = useSavedSearch();
  const actions = useQueryActions();
  const move = (steps: number): void => {
    const at = rows.findIndex(({ id }) => id === open?.id);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + steps))];
    if (next !== undefined) change({ open: next.id });
  };
  const withOpen = (run: (query: SavedQuery) => void) => () => {
    if (open !== null) run(open);
  };
  const group = 'Saved queries';
  useCommands([
    {
      id: 'saved.next',
      title: 'The query below',
      group,
      keys: ['j', 'ArrowDown'],
      onlyKeys: true,
      run: () => move(1),
    },
    {
      id: 'saved.previous',
      title: 'The query above',
      group,
      keys: ['k', 'ArrowUp'],
      onlyKeys: true,
      run: () => move(-1),
    },
    { id: 'saved.open', title: 'Open the query', group, keys: ['o'], run: withOpen(actions.open) },
    { id: 'saved.edit', title: 'Edit the query', group, keys: ['e'], run: withOpen(actions.edit) },
    {
      id: 'saved.duplicate',
      title: 'Duplicate the query',
      group,
      keys: ['d'],
      run: withOpen((query) => actions.duplicate(query, all)),
    },
    {
      id: 'saved.favourite',
      title: 'Favourite or not',
      group,
      keys: ['f'],
      run: withOpen(actions.favourite),
    },
    { id: 'saved.delete', title: 'Delete the query', group, keys: ['Delete'], run: withOpen(actions.remove) },
    {
      id: 'saved.close',
      title: 'Close the query',
      group,
      keys: ['Escape'],
      onlyKeys: true,
      run: () => change({ open: undefined }),
    },
  ]);
  if (rows.length === 0) {
    return (
      <EmptyState
        title="No saved query is like this"
        action={
          <Button
            variant="default"
            onClick={() => change({ q: undefined, folder: undefined, tag: undefined, favourites: undefined })}
          >
            Show all
          </Button>
        }
      />
    );
  }
  return <QueryTable queries={rows} all={all} openId={open?.id ?? null} />;
}
