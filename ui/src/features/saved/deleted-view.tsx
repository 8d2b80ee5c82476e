import { Button } from '@mantine/core';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { useRestoreSaved, useSavedQueries } from '@/components/saved/use-saved';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatTimeToSecond } from '@/lib/format/time';
import { zoneName } from '@/lib/time-range/time-zone';
import { usePreferences } from '@/lib/preferences/preferences';
import { hasWords } from './library';
import classes from './saved-page.module.css';
import { useSavedSearch } from './use-saved-search';

/** What was deleted in the last 30 days. */
export function DeletedView() {
  const deleted = useSavedQueries(true);
  const restore = useRestoreSaved();
  const [{ timeZone }] = usePreferences();
  const [{ q }] = useSavedSearch();
  if (deleted.data === undefined) {
    return deleted.isError ? (
      <ErrorState
        title="What was deleted could not be listed"
        error={deleted.error}
        onRetry={() => void deleted.refetch()}
      />
    ) : (
      <SkeletonRows count={6} />
    );
  }
  const queries = deleted.data.items.filter((query) => hasWords(query, q));
  if (queries.length === 0) {
    return (
      <EmptyState title="Nothing was deleted">
        Deleted queries stay here for 30 days and can be restored.
      </EmptyState>
    );
  }
  return (
    <table className={classes.plain} aria-label="Deleted queries">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Deleted, {zoneName(timeZone)}</th>
          <th aria-label="Actions" />
        </tr>
      </thead>
      <tbody>
        {queries.map((query) => (
          <tr key={query.id}>
            <td>{query.name}</td>
            <td>{query.deleted_at === null ? '' : formatTimeToSecond(query.deleted_at, timeZone)}</td>
            <td>
              <Button size="compact-xs" variant="default" onClick={() => restore(query)}>
                Restore
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
