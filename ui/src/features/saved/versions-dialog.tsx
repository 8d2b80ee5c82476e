import { Button, Modal } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { SavedQuery, SavedVersion } from '@/api/saved';
import { ErrorState } from '@/components/error-state';
import { notifyDone, notifyFailure } from '@/components/notify';
import { useRefreshSaved, useSavedApi } from '@/components/saved/use-saved';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatTimeToSecond } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import { DiffView } from './diff-view';
import classes from './versions-dialog.module.css';

/** What a saved query was: each version beside what it is now, and the way back. */
export function VersionsDialog({ query, onClose }: { query: SavedQuery; onClose: () => void }) {
  const saved = useSavedApi();
  const versions = useQuery({
    queryKey: ['saved-queries', 'versions', query.id, query.version],
    queryFn: ({ signal }) => saved.versions(query.id, signal),
  });
  const [chosen, setChosen] = useState<number | null>(null);
  const before = versions.data?.find(({ version }) => version < query.version)?.version ?? query.version;
  const shown = chosen ?? before;
  return (
    <Modal
      opened
      onClose={onClose}
      size="min(1100px, 94vw)"
      title={`Versions of “${query.name}”`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {versions.data === undefined ? (
        versions.isError ? (
          <ErrorState
            title="The versions could not be listed"
            error={versions.error}
            onRetry={() => void versions.refetch()}
          />
        ) : (
          <SkeletonRows count={4} />
        )
      ) : (
        <div className={classes.versions}>
          <VersionList versions={versions.data} shown={shown} now={query.version} onChoose={setChosen} />
          <Comparison key={shown} query={query} version={shown} onRestored={onClose} />
        </div>
      )}
    </Modal>
  );
}

interface VersionListProps {
  versions: SavedVersion[];
  shown: number;
  now: number;
  onChoose: (version: number) => void;
}

function VersionList({ versions, shown, now, onChoose }: VersionListProps) {
  const [{ timeZone }] = usePreferences();
  return (
    <div className={classes.list} role="group" aria-label="Versions">
      {versions.map(({ version, changed_at, changed }) => (
        <button
          key={version}
          type="button"
          className={classes.version}
          aria-pressed={version === shown}
          onClick={() => onChoose(version)}
        >
          <span>
            Version {version}
            {version === now && ', now'}
          </span>
          <span className={classes.dim}>{formatTimeToSecond(changed_at, timeZone)}</span>
          <span className={classes.dim}>{changed.length === 0 ? 'saved' : changed.join(', ')}</span>
        </button>
      ))}
    </div>
  );
}

interface ComparisonProps {
  query: SavedQuery;
  version: number;
  onRestored: () => void;
}

function Comparison({ query, version, onRestored }: ComparisonProps) {
  const saved = useSavedApi();
  const refresh = useRefreshSaved();
  // What is now, in comparison with the version: from left to right is from then to now.
  const detail = useQuery({
    queryKey: ['saved-queries', 'version', query.id, query.version, version],
    queryFn: ({ signal }) => saved.version(query.id, query.version, version, signal),
  });
  const restore = useMutation({
    mutationFn: () => saved.restoreVersion(query.id, version),
    onSuccess: async () => {
      notifyDone(`“${query.name}” is again what it was in version ${version}.`);
      onRestored();
      await refresh();
    },
    onError: (error) => notifyFailure('The version was not restored', error),
  });
  if (detail.data === undefined) {
    return detail.isError ? (
      <ErrorState
        title="The version could not be read"
        error={detail.error}
        onRetry={() => void detail.refetch()}
      />
    ) : (
      <SkeletonRows count={4} />
    );
  }
  return (
    <div className={classes.comparison}>
      <DiffView
        difference={detail.data.difference}
        text={detail.data.content.text}
        before={`Version ${version}`}
        after="Now"
      />
      {version !== query.version && (
        <div className={classes.buttons}>
          <Button loading={restore.isPending} onClick={() => restore.mutate()}>
            Restore version {version}
          </Button>
        </div>
      )}
    </div>
  );
}
