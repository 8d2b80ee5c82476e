import { Button, Modal } from '@mantine/core';
import { formatCountOf } from '@/lib/format/numbers';
import classes from './connections.module.css';

interface RemoveDialogProps {
  name: string;
  what: 'connection' | 'source';
  /** Of the connection: they go with it. */
  sources: number;
  isPending: boolean;
  onClose: () => void;
  onRemove: () => void;
}

export function RemoveDialog({ name, what, sources, isPending, onClose, onRemove }: RemoveDialogProps) {
  return (
    <Modal opened onClose={onClose} title={`Remove the ${what} ${name}`} size="sm">
      <p className={classes.sentence}>
        {what === 'connection' && sources > 0
          ? `Its ${formatCountOf(sources, 'source')} can’t be searched any more. `
          : 'It can’t be searched any more. '}
        Nothing happens to the tables.
      </p>
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button color="red.9" loading={isPending} onClick={onRemove}>
          Remove
        </Button>
      </div>
    </Modal>
  );
}
