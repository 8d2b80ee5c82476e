import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/client';
import { sources, useSources, type Connection, type Source } from '@/api/sources';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Page } from '@/components/page';
import { SkeletonRows } from '@/components/skeleton-rows';
import { useCommands } from '@/lib/shortcuts/use-commands';
import { ConnectionDialog } from './connection-dialog';
import { ConnectionSection } from './connection-section';
import classes from './connections.module.css';
import { SourceDialog } from './source-dialog';

type Open =
  | { what: 'connection'; connection: Connection | null }
  | { what: 'source'; connection: Connection; source: Source | null };

/** Other ClickHouse servers, and the tables of them that can be searched. */
export function ConnectionsPage() {
  const api = useApi();
  const connections = useQuery({
    queryKey: ['connections'],
    queryFn: ({ signal }) => sources.connections(api, signal),
  });
  const all = useSources();
  const [open, setOpen] = useState<Open | null>(null);
  const add = () => setOpen({ what: 'connection', connection: null });
  const close = () => setOpen(null);
  useCommands([{ id: 'connections.add', title: 'Add a connection', group: 'Connections', run: add }]);
  const addButton = (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
      Add a connection
    </Button>
  );
  const failed = connections.isError ? connections : all;
  return (
    <Page title="Connections">
      <div className={classes.page} data-inset>
        {connections.data !== undefined && all.data !== undefined ? (
          connections.data.length === 0 ? (
            <EmptyState title="No other ClickHouse is connected" action={addButton}>
              Tables of other ClickHouse servers and clusters can be searched where they are, such as those of
              an OpenTelemetry collector, ClickStack, Vector or Fluent Bit. A user who may only read is
              enough.
            </EmptyState>
          ) : (
            <>
              <div className={classes.bar}>
                <p className={classes.note}>
                  Tables of other ClickHouse servers, searched where they are. Nothing is written there.
                </p>
                {addButton}
              </div>
              {connections.data.map((connection) => (
                <ConnectionSection
                  key={connection.id}
                  connection={connection}
                  sources={all.data.filter((source) => source.connection_id === connection.id)}
                  onEdit={() => setOpen({ what: 'connection', connection })}
                  onSource={(source) => setOpen({ what: 'source', connection, source })}
                />
              ))}
            </>
          )
        ) : connections.isError || all.isError ? (
          <ErrorState
            title="The connections could not be listed"
            error={failed.error}
            onRetry={() => void failed.refetch()}
          />
        ) : (
          <SkeletonRows count={6} />
        )}
      </div>
      {open?.what === 'connection' && <ConnectionDialog connection={open.connection} onClose={close} />}
      {open?.what === 'source' && (
        <SourceDialog connection={open.connection} source={open.source} onClose={close} />
      )}
    </Page>
  );
}
