import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { formatCountOf } from '@/lib/format/numbers';
import { FileList } from './file-list';
import { FilePanel } from './file-panel';
import classes from './import-dialog.module.css';
import { useImportController, useImportState } from './import-controller';
import { canStart } from './import-queue';

/** The chosen files: what they are, how they go, what came of them. */
export default function ImportDialog() {
  const controller = useImportController();
  const { queue } = useImportState();
  const [selectedId, setSelectedId] = useState<string | null>(null);

  const running = queue.find(({ phase }) => phase.name === 'running');
  const selected = queue.find(({ id }) => id === selectedId) ?? running ?? queue[0];
  const startable = queue.filter(canStart);
  const busy = controller.isBusy();
  const close = (): void => controller.close();

  if (selected === undefined) return null;
  return (
    <Modal
      opened
      onClose={close}
      size={880}
      title={queue.length === 1 ? 'Import a file' : `Import ${queue.length} files`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={classes.body}>
        {queue.length > 1 && (
          <FileList
            queue={queue}
            selectedId={selected.id}
            onSelect={setSelectedId}
            onRemove={(id) => controller.choose({ type: 'removed', id })}
          />
        )}
        <FilePanel key={selected.id} item={selected} onClose={close} />
      </div>
      <div className={classes.footer}>
        {busy && <span className={classes.hint}>The import goes on when you close this.</span>}
        <span className={classes.space} />
        {running !== undefined && (
          <Button variant="default" onClick={() => controller.cancel(running.id)}>
            Cancel {queue.length > 1 ? running.file.name : 'the import'}
          </Button>
        )}
        {startable.length > 0 ? (
          <>
            {!busy && (
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
            )}
            <Button onClick={() => controller.start()} data-autofocus>
              {queue.length === 1 ? 'Import' : `Import ${formatCountOf(startable.length, 'file')}`}
            </Button>
          </>
        ) : (
          <Button variant="default" onClick={close}>
            Close
          </Button>
        )}
      </div>
    </Modal>
  );
}
