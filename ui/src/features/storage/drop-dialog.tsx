import { Button, Modal, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { useApi } from '@/api/client';
import { ErrorState } from '@/components/error-state';
import { notifyDone, notifyFailure } from '@/components/notify';
import { SkeletonRows } from '@/components/skeleton-rows';
import { PreviewPanel } from './preview-panel';
import classes from './storage.module.css';

export interface Target {
  kind: 'day' | 'service';
  name: string;
}

interface DropDialogProps {
  target: Target;
  onClose: () => void;
}

/** Shows what goes with a day or a service, and deletes it once its name was typed. */
export function DropDialog({ target, onClose }: DropDialogProps) {
  const api = useApi();
  const queries = useQueryClient();
  const [typed, setTyped] = useState('');
  const what = target.kind === 'day' ? 'day' : 'service';
  const preview = useQuery({
    queryKey: ['storage', 'drop', target],
    queryFn: ({ signal }) => api.previewDrop(target.kind, target.name, signal),
    gcTime: 0,
  });
  const drop = useMutation({
    mutationFn: () => api.drop(target.kind, target.name),
    onSuccess: async () => {
      notifyDone(`The ${what} ${target.name} is being deleted.`);
      onClose();
      await queries.invalidateQueries({ queryKey: ['storage', 'runs'] });
    },
    onError: (error) => notifyFailure(`The ${what} was not deleted`, error),
  });
  const isReady = typed === target.name && preview.data !== undefined && !drop.isPending;
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isReady) drop.mutate();
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Delete the ${what} ${target.name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form className={classes.dialog} onSubmit={submit}>
        {preview.data !== undefined ? (
          <PreviewPanel preview={preview.data} />
        ) : preview.isError ? (
          <ErrorState
            title="What goes could not be counted"
            error={preview.error}
            onRetry={() => void preview.refetch()}
          />
        ) : (
          <SkeletonRows count={2} />
        )}
        <p className={classes.note}>
          {target.kind === 'day'
            ? 'Logs and traces of this day, and the counts of their fields. It can’t be undone.'
            : 'Its logs and traces of every day. Days that hold other services are written anew without it. It can’t be undone. What the service sends later is stored as before.'}
        </p>
        <TextInput
          label={`Type ${target.name} to confirm`}
          value={typed}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" color="red.9" disabled={!isReady} loading={drop.isPending}>
            Delete
          </Button>
        </div>
      </form>
    </Modal>
  );
}
