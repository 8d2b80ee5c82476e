import { Button, Modal, Select, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useApi } from '@/api/client';
import { sources, type Connection, type Mapping, type Proposal, type Source } from '@/api/sources';
import { ErrorState } from '@/components/error-state';
import { notifyDone, plainMessage } from '@/components/notify';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatBytes, formatCountOf } from '@/lib/format/numbers';
import classes from './connections.module.css';
import { KIND_NAMES } from './kinds';
import { MappingTable } from './mapping-table';
import { SourcePreviewPanel } from './source-preview';

interface SourceDialogProps {
  connection: Connection;
  /** Null for a new one. */
  source: Source | null;
  onClose: () => void;
}

/** Chooses a table, and says which column is what. */
export function SourceDialog({ connection, source, onClose }: SourceDialogProps) {
  const api = useApi();
  const queries = useQueryClient();
  const [table, setTable] = useState(source === null ? null : tableKey(source.database, source.table));
  const [typedName, setTypedName] = useState(source?.name ?? null);
  const [edited, setEdited] = useState<Mapping | null>(source?.mapping ?? null);
  const tables = useQuery({
    queryKey: ['connections', connection.id, 'tables'],
    queryFn: ({ signal }) => sources.tables(api, connection.id, signal),
  });
  const chosen = tables.data?.find((known) => tableKey(known.database, known.name) === table);
  const proposal = useQuery({
    queryKey: ['connections', connection.id, 'propose', table],
    queryFn: ({ signal }) => {
      const [database = '', name = ''] = splitKey(table ?? '');
      return sources.propose(api, { connection_id: connection.id, database, table: name }, signal);
    },
    enabled: table !== null,
    retry: false,
  });
  const mapping = edited ?? proposal.data?.mapping ?? null;
  const name = typedName ?? chosen?.name ?? '';
  const save = useMutation({
    mutationFn: (next: Mapping) =>
      sources.save(
        api,
        {
          name,
          connection_id: connection.id,
          kind: proposal.data?.kind ?? source?.kind ?? 'other',
          mapping: next,
        },
        source,
      ),
    onSuccess: async (saved) => {
      notifyDone(`${saved.name} can be searched`);
      onClose();
      await queries.invalidateQueries({ queryKey: ['sources'] });
    },
  });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (mapping !== null && name.trim() !== '') save.mutate(mapping);
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size={960}
      title={source === null ? `Add a source of ${connection.name}` : `Edit ${source.name}`}
    >
      <form onSubmit={submit} className={classes.form}>
        {tables.isError ? (
          <ErrorState
            title="The tables could not be listed"
            error={tables.error}
            onRetry={() => void tables.refetch()}
          />
        ) : (
          <div className={classes.pair}>
            <Select
              label="Table"
              searchable
              data-autofocus
              placeholder={tables.isPending ? 'Looking…' : 'Choose a table'}
              nothingFoundMessage="No table of this name can be seen"
              data={(tables.data ?? []).map((known) => ({
                value: tableKey(known.database, known.name),
                label: `${known.database}.${known.name}`,
              }))}
              value={table}
              onChange={(next) => {
                setTable(next);
                setEdited(null);
              }}
            />
            <TextInput
              label="Name of the source"
              autoComplete="off"
              value={name}
              onChange={(event) => setTypedName(event.currentTarget.value)}
            />
          </div>
        )}
        {table !== null && proposal.isPending && <SkeletonRows count={8} />}
        {proposal.isError && (
          <p className={classes.problem} role="alert">
            {plainMessage(proposal.error)}
          </p>
        )}
        {proposal.data !== undefined && mapping !== null && (
          <>
            <p className={classes.facts}>{facts(proposal.data)}</p>
            <MappingTable mapping={mapping} columns={proposal.data.columns} onChange={setEdited} />
            <SourcePreviewPanel connectionId={connection.id} mapping={mapping} />
          </>
        )}
        {save.isError && (
          <p className={classes.problem} role="alert">
            {plainMessage(save.error)}
          </p>
        )}
        <div className={classes.buttons}>
          {edited !== null && proposal.data !== undefined && (
            <Button variant="subtle" className={classes.first} onClick={() => setEdited(null)}>
              As proposed
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={mapping === null || name.trim() === ''} loading={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** Names may hold dots, so what tells tables apart is no name. */
function tableKey(database: string, table: string): string {
  return JSON.stringify([database, table]);
}

function splitKey(key: string): string[] {
  return JSON.parse(key) as string[];
}

function facts({ kind, engine, rows, bytes, sorting_key: key }: Proposal): string {
  const looks = KIND_NAMES[kind];
  return [
    kind === 'other' || looks === undefined ? null : `Looks like a table of ${looks}.`,
    `${engine}${rows === null ? '' : `, ${formatCountOf(rows, 'row')}`}${bytes === null ? '' : `, ${formatBytes(bytes)}`}${key === '' ? '' : `, sorted by ${key}`}.`,
  ]
    .filter((part) => part !== null)
    .join(' ');
}
