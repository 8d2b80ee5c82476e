import { Button, Group, Modal } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '@/api/client';
import type { DeadLetter, DeadLetterRetry } from '@/api/types';
import { notifyDone, notifyFailure, plainMessage } from '@/components/notify';
import { RecordTable } from '@/components/record-table/record-table';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCountOf } from '@/lib/format/numbers';
import classes from './refused-batch.module.css';

interface RefusedBatchProps {
  letter: DeadLetter;
  /** Called when it is stored or deleted. */
  onGone: () => void;
}

/** Why a batch was refused, what it holds, and what can be done about it. */
export function RefusedBatch({ letter, onGone }: RefusedBatchProps) {
  const api = useApi();
  const queries = useQueryClient();
  const [asksToDelete, setAsksToDelete] = useState(false);
  const detail = useQuery({
    queryKey: ['dead-letters', letter.id],
    queryFn: ({ signal }) => api.deadLetter(letter.id, signal),
    enabled: letter.kind === 'refused',
  });
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['dead-letters'], exact: true });
  const retry = useMutation({
    mutationFn: () => api.retryDeadLetter(letter.id),
    onSuccess: async (outcome) => {
      if (outcome.stored > 0) notifyDone(`${formatCountOf(outcome.stored, 'row')} stored`);
      if (outcome.refused === 0) onGone();
      await refresh();
    },
    onError: (error) => notifyFailure('The rows were not sent again', error),
  });
  const remove = useMutation({
    mutationFn: () => api.deleteDeadLetter(letter.id),
    onSuccess: async () => {
      setAsksToDelete(false);
      onGone();
      await refresh();
    },
    onError: (error) => notifyFailure('The rows were not deleted', error),
  });
  const what = letter.kind === 'damaged' ? 'this piece' : formatCountOf(letter.rows, 'row');
  return (
    <>
      <p className={classes.reason}>{plainMessage(new Error(letter.reason))}</p>
      {letter.kind === 'damaged' ? (
        <p className={classes.hint}>
          The disk damaged this piece of the spool. It can’t be sent, and is kept for whoever looks into it.
        </p>
      ) : detail.data !== undefined ? (
        <RecordTable
          label="First refused rows"
          rows={detail.data.sample}
          empty="The rows of this batch can’t be shown."
        />
      ) : detail.isError ? (
        <p className={classes.hint}>{plainMessage(detail.error)}</p>
      ) : (
        <SkeletonRows count={3} />
      )}
      {retry.data !== undefined && retry.data.refused > 0 && (
        <p className={classes.refused} role="status">
          {refusedText(retry.data)}
        </p>
      )}
      <Group gap={8} mt={12}>
        {letter.kind === 'refused' && (
          <Button loading={retry.isPending} onClick={() => retry.mutate()}>
            Send again
          </Button>
        )}
        <Button variant="default" onClick={() => setAsksToDelete(true)}>
          Delete…
        </Button>
      </Group>
      <Modal
        opened={asksToDelete}
        onClose={() => setAsksToDelete(false)}
        title={`Delete ${what} for good?`}
        closeButtonProps={{ 'aria-label': 'Close' }}
      >
        <p className={classes.hint}>They are nowhere else, and this can’t be undone.</p>
        <Group gap={8} justify="flex-end" mt={16}>
          <Button variant="default" onClick={() => setAsksToDelete(false)} data-autofocus>
            Keep
          </Button>
          <Button color="red.9" loading={remove.isPending} onClick={() => remove.mutate()}>
            Delete {what}
          </Button>
        </Group>
      </Modal>
    </>
  );
}

function refusedText({ refused, reason }: DeadLetterRetry): string {
  return `${formatCountOf(refused, 'row was', 'rows were')} refused again: ${plainMessage(new Error(reason ?? ''))}`;
}
