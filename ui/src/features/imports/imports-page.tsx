import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/client';
import type { Import } from '@/api/types';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Keys } from '@/components/keys';
import { Page } from '@/components/page';
import { SkeletonRows } from '@/components/skeleton-rows';
import { useCommandRegistry } from '@/lib/shortcuts/use-commands';
import classes from './imports-page.module.css';
import { ImportsTable } from './imports-table';

const RUNNING_INTERVAL_MS = 1_000;

/** Every import that was ever started, the newest first. */
export function ImportsPage() {
  const api = useApi();
  const registry = useCommandRegistry();
  const openFile = (): void => registry.run('imports.open');
  const imports = useQuery({
    queryKey: ['imports'],
    queryFn: ({ signal }) => api.imports(undefined, signal),
    refetchInterval: ({ state }) => (state.data?.some(isRunning) === true ? RUNNING_INTERVAL_MS : 5_000),
  });
  const toolbar = (
    <>
      <h1 className={classes.title}>Imports</h1>
      <span className={classes.space} />
      <Button onClick={openFile} rightSection={<Keys of="mod+o" />} variant="default">
        Open file…
      </Button>
    </>
  );
  return (
    <Page title="Imports" toolbar={toolbar}>
      {imports.data !== undefined ? (
        <Imports imports={imports.data} onOpenFile={openFile} />
      ) : imports.isError ? (
        <ErrorState
          title="The imports could not be listed"
          error={imports.error}
          onRetry={() => void imports.refetch()}
        />
      ) : (
        <SkeletonRows count={12} />
      )}
    </Page>
  );
}

function Imports({ imports, onOpenFile }: { imports: Import[]; onOpenFile: () => void }) {
  const [openId, setOpenId] = useState<string | null>(null);
  if (imports.length === 0) {
    return (
      <EmptyState title="No file was imported yet" action={<Button onClick={onOpenFile}>Open file…</Button>}>
        Open a log file, or drop files anywhere on this window. What they are is shown before anything is
        stored.
      </EmptyState>
    );
  }
  return (
    <ImportsTable
      imports={imports}
      openId={openId}
      onToggle={(id) => setOpenId((current) => (current === id ? null : id))}
    />
  );
}

function isRunning({ state }: Import): boolean {
  return state === 'running';
}
