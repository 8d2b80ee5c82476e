import { Button, Modal } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState, type SyntheticEvent } from 'react';
import { plainMessage } from '@/components/notify';
import { firstValues, ParameterInputs, problemOf } from './parameter-inputs';
import classes from './saved.module.css';
import type { Opening } from './saved-context';
import { needsValue } from './saved-text';
import { useOpenBound } from './use-saved';

/** Asks for the parameters of a query and opens it with them. */
export default function OpenDialog({ opening, onClose }: { opening: Opening; onClose: () => void }) {
  const { query } = opening;
  const [values, setValues] = useState(() => firstValues(query.parameters));
  const openBound = useOpenBound();
  const open = useMutation({
    mutationFn: () => openBound(opening, values),
    onSuccess: onClose,
  });
  const isReady = !query.parameters.some((parameter) =>
    needsValue(query.language, parameter, values[parameter.name] ?? null),
  );
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    if (isReady) open.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={query.name} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form onSubmit={submit}>
        {query.description !== '' && <p className={classes.note}>{query.description}</p>}
        <ParameterInputs
          opening={opening}
          values={values}
          onChange={(name, value) => setValues((current) => ({ ...current, [name]: value }))}
          problem={problemOf(open.error)}
        />
        {open.isError && problemOf(open.error) === null && (
          <p className={classes.problem} role="alert">
            {plainMessage(open.error)}
          </p>
        )}
        <div className={classes.buttons}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!isReady} loading={open.isPending}>
            Open
          </Button>
        </div>
      </form>
    </Modal>
  );
}
