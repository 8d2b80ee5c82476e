import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconPencil, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useApi } from '@/api/client';
import { sources as calls, type Connection, type Source } from '@/api/sources';
import { notifyDone, notifyFailure, plainMessage } from '@/components/notify';
import { CheckList } from './check-list';
import classes from './connections.module.css';
import { KIND_NAMES } from './kinds';
import { RemoveDialog } from './remove-dialog';

interface ConnectionSectionProps {
  connection: Connection;
  sources: Source[];
  onEdit: () => void;
  /** Opens a source, or a new one. */
  onSource: (source: Source | null) => void;
}

/** One server: whether it answers, and its sources. */
export function ConnectionSection({ connection, sources, onEdit, onSource }: ConnectionSectionProps) {
  const api = useApi();
  const queries = useQueryClient();
  const [removes, setRemoves] = useState<Source | Connection | null>(null);
  const [showsSteps, setShowsSteps] = useState(false);
  const test = useQuery({
    queryKey: ['connections', connection.id, connection.version, 'test'],
    queryFn: ({ signal }) => calls.testStored(api, connection.id, signal),
    staleTime: 60_000,
    retry: false,
  });
  const remove = useMutation({
    mutationFn: (what: Source | Connection) =>
      'connection_id' in what ? calls.delete(api, what.id) : calls.deleteConnection(api, what.id),
    onSuccess: async (_, what) => {
      setRemoves(null);
      notifyDone(`${what.name} was removed`);
      await queries.invalidateQueries({ queryKey: ['sources'] });
      await queries.invalidateQueries({ queryKey: ['connections'], exact: true });
    },
    onError: (error) => notifyFailure('It was not removed', error),
  });
  const failed = test.data?.steps.find(({ state }) => state === 'failed');
  const version = test.data?.steps.find(({ name }) => name === 'version')?.message;
  const state = test.isPending ? 'pending' : test.data?.ok === true ? 'ok' : 'failed';
  const says = test.isPending
    ? 'Asking…'
    : test.isError
      ? plainMessage(test.error)
      : (failed?.message ?? version ?? '');
  return (
    <section className={classes.section} aria-label={connection.name}>
      <header className={classes.head}>
        <div className={classes.title}>
          <h2 className={classes.heading}>{connection.name}</h2>
          <p className={classes.address}>
            {connection.url}, user {connection.user}
            {connection.cluster !== null && `, cluster ${connection.cluster}`}
            {connection.is_configured && ', from the configuration file'}
          </p>
        </div>
        <div className={classes.actions}>
          <Button
            variant="default"
            loading={test.isFetching}
            onClick={() => {
              setShowsSteps(true);
              void test.refetch();
            }}
          >
            Test
          </Button>
          {!connection.is_configured && (
            <>
              <Button variant="default" onClick={onEdit}>
                Edit
              </Button>
              <Tooltip label="Remove this connection">
                <ActionIcon aria-label={`Remove ${connection.name}`} onClick={() => setRemoves(connection)}>
                  <IconTrash size={16} aria-hidden />
                </ActionIcon>
              </Tooltip>
            </>
          )}
        </div>
      </header>
      <p className={classes.state} data-state={state} role="status">
        <span className={classes.dot} aria-hidden />
        {says}
      </p>
      {test.data !== undefined && (showsSteps || !test.data.ok) && <CheckList steps={test.data.steps} />}
      {sources.length > 0 && (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">Table</th>
              <th scope="col" className={classes.wide}>
                Looks like
              </th>
              <th scope="col" className={classes.action}>
                <span className={classes.hidden}>Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sources.map((source) => (
              <tr key={source.id}>
                <th scope="row">
                  <Link to="/explore" search={{ src: source.name }} className={classes.link}>
                    {source.name}
                  </Link>
                </th>
                <td className={classes.code}>
                  {source.database}.{source.table}
                </td>
                <td className={classes.wide}>{KIND_NAMES[source.kind] ?? source.kind}</td>
                <td className={classes.action}>
                  <Tooltip label="Edit this source">
                    <ActionIcon size={26} aria-label={`Edit ${source.name}`} onClick={() => onSource(source)}>
                      <IconPencil size={14} aria-hidden />
                    </ActionIcon>
                  </Tooltip>
                  <Tooltip label="Remove this source">
                    <ActionIcon
                      size={26}
                      aria-label={`Remove ${source.name}`}
                      onClick={() => setRemoves(source)}
                    >
                      <IconTrash size={14} aria-hidden />
                    </ActionIcon>
                  </Tooltip>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Button
        variant="subtle"
        size="compact-xs"
        className={classes.add}
        leftSection={<IconPlus size={12} aria-hidden />}
        disabled={test.data?.ok === false && sources.length === 0}
        onClick={() => onSource(null)}
      >
        Add a source
      </Button>
      {removes !== null && (
        <RemoveDialog
          name={removes.name}
          what={'connection_id' in removes ? 'source' : 'connection'}
          sources={sources.length}
          isPending={remove.isPending}
          onClose={() => setRemoves(null)}
          onRemove={() => remove.mutate(removes)}
        />
      )}
    </section>
  );
}
