import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi } from '@/api/client';
import { dashboards, type Dashboard } from '@/api/dashboards';
import { ErrorState } from '@/components/error-state';
import { notifyDone, notifyFailure } from '@/components/notify';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCountOf } from '@/lib/format/numbers';
import { formatTimeToSecond } from '@/lib/format/time';
import { useBoard } from '../state/board-context';
import classes from './board.module.css';

interface VersionsDialogProps {
  dashboard: Dashboard;
  onClose: () => void;
  onRestored: () => void;
}

/** What the dashboard was; each version can be made the present one. */
export function VersionsDialog({ dashboard, onClose, onRestored }: VersionsDialogProps) {
  const api = useApi();
  const queries = useQueryClient();
  const { zone } = useBoard();
  const { data, error, refetch } = useQuery({
    queryKey: ['dashboards', 'versions', dashboard.id, dashboard.version],
    queryFn: ({ signal }) => dashboards.versions(api, dashboard.id, signal),
  });
  const restoring = useMutation({
    mutationFn: (version: number) => dashboards.restoreVersion(api, dashboard.id, version),
    onSuccess: (restored, version) => {
      queries.setQueryData(['dashboards', 'one', dashboard.id], restored);
      onRestored();
      onClose();
      notifyDone(`It is again what it was in version ${version}`);
    },
    onError: (failure) => notifyFailure('The version was not restored', failure),
  });
  return (
    <Modal opened onClose={onClose} title="Versions">
      {data === undefined && error === null && <SkeletonRows count={4} />}
      {error !== null && (
        <ErrorState title="The versions could not be read" error={error} onRetry={() => void refetch()} />
      )}
      <ol className={classes.versions}>
        {data?.map(({ version, name, saved_at, widgets }) => (
          <li key={version} className={classes.version}>
            <span>
              {version}. {name}, {formatCountOf(widgets, 'widget')}
              <span className={classes.savedAt}> {formatTimeToSecond(saved_at, zone)}</span>
            </span>
            {version === dashboard.version ? (
              <span className={classes.savedAt}>now</span>
            ) : (
              <Button
                variant="default"
                size="compact-xs"
                loading={restoring.isPending}
                onClick={() => restoring.mutate(version)}
              >
                Restore
              </Button>
            )}
          </li>
        ))}
      </ol>
    </Modal>
  );
}
