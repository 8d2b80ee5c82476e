import { Button, Checkbox, Modal, PasswordInput, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useApi } from '@/api/client';
import { sources, type Connection } from '@/api/sources';
import { plainMessage } from '@/components/notify';
import { CheckList } from './check-list';
import { changeOf, draftOf, draftProblem, type ConnectionDraft } from './connection-draft';
import classes from './connections.module.css';

interface ConnectionDialogProps {
  /** Null for a new one. */
  connection: Connection | null;
  onClose: () => void;
}

type TextField = Exclude<keyof ConnectionDraft, 'compression' | 'password' | 'key'>;

/** Adds or edits a connection, which can be tested before it is kept. */
export function ConnectionDialog({ connection, onClose }: ConnectionDialogProps) {
  const api = useApi();
  const queries = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(connection));
  const test = useMutation({
    mutationFn: () => sources.testConnection(api, changeOf(draft), connection?.id),
  });
  const save = useMutation({
    mutationFn: () => sources.saveConnection(api, changeOf(draft), connection),
    onSuccess: async () => {
      onClose();
      await queries.invalidateQueries({ queryKey: ['connections'], exact: true });
    },
  });
  const change = (next: Partial<ConnectionDraft>) => {
    setDraft({ ...draft, ...next });
    test.reset();
  };
  const text = (name: TextField) => ({
    value: draft[name],
    autoComplete: 'off',
    spellCheck: false,
    onChange: (event: { currentTarget: { value: string } }) => change({ [name]: event.currentTarget.value }),
  });
  const problem = draftProblem(draft);
  const isReady = problem === null && draft.name.trim() !== '';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (isReady) save.mutate();
  };
  const kept = 'kept; type to replace it';
  const usesTls = /^https:/i.test(draft.url.trim());
  const error = save.error ?? test.error;
  return (
    <Modal
      opened
      onClose={onClose}
      size={640}
      title={connection === null ? 'Add a connection' : `Edit ${connection.name}`}
    >
      <form onSubmit={submit} className={classes.form}>
        <div className={classes.pair}>
          <TextInput label="Name" data-autofocus required {...text('name')} />
          <TextInput
            label="Address"
            required
            placeholder="https://clickhouse.example.com:8443"
            error={draft.url !== '' && problem !== null ? problem : null}
            {...text('url')}
          />
          <TextInput label="User" {...text('user')} />
          <PasswordInput
            size="xs"
            label="Password"
            autoComplete="new-password"
            placeholder={connection?.has_password === true ? kept : ''}
            value={draft.password ?? ''}
            onChange={(event) => change({ password: event.currentTarget.value })}
          />
          <TextInput label="Database" {...text('database')} />
          <TextInput label="Cluster" placeholder="none" {...text('cluster')} />
        </div>
        <details
          className={classes.more}
          open={draft.proxy !== '' || draft.ca !== '' || draft.certificate !== ''}
        >
          <summary>Proxy, compression and certificates</summary>
          <TextInput label="HTTP proxy" placeholder="http://proxy:3128" {...text('proxy')} />
          <Checkbox
            label="Answers come compressed"
            checked={draft.compression}
            onChange={(event) => change({ compression: event.currentTarget.checked })}
          />
          <Textarea
            size="xs"
            rows={3}
            label="Certificate of the authority (PEM)"
            description="In place of the public ones, for a server whose certificate your own authority signed"
            placeholder="-----BEGIN CERTIFICATE-----"
            {...text('ca')}
          />
          <div className={classes.pair}>
            <Textarea
              size="xs"
              rows={3}
              label="Client certificate (PEM)"
              placeholder="-----BEGIN CERTIFICATE-----"
              {...text('certificate')}
            />
            <Textarea
              size="xs"
              rows={3}
              label="Its private key (PEM)"
              placeholder={connection?.has_key === true ? kept : '-----BEGIN PRIVATE KEY-----'}
              autoComplete="off"
              spellCheck={false}
              value={draft.key ?? ''}
              onChange={(event) => change({ key: event.currentTarget.value })}
            />
          </div>
        </details>
        {!usesTls && draft.url.trim() !== '' && problem === null && (
          <p className={classes.caution}>
            Without https:// the password and the rows can be read on the way.
          </p>
        )}
        {test.data !== undefined && <CheckList steps={test.data.steps} />}
        {error !== null && (
          <p className={classes.problem} role="alert">
            {plainMessage(error)}
          </p>
        )}
        <div className={classes.buttons}>
          <Button
            variant="default"
            className={classes.first}
            disabled={problem !== null}
            loading={test.isPending}
            onClick={() => test.mutate()}
          >
            Test
          </Button>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!isReady} loading={save.isPending}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
