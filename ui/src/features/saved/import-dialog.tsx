import { Button, Checkbox, Modal } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImportedItem, SavedImportReport } from '@/api/saved';
import { ErrorState } from '@/components/error-state';
import { notifyDone, notifyFailure } from '@/components/notify';
import { useRefreshSaved, useSavedApi } from '@/components/saved/use-saved';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCountOf } from '@/lib/format/numbers';
import classes from './import-dialog.module.css';

interface ImportDialogProps {
  name: string;
  content: unknown;
  onClose: () => void;
}

const STANDINGS = { new: 'New', changed: 'Changed', same: 'The same' };

/** Says what a file would bring before anything is written. */
export function ImportDialog({ name, content, onClose }: ImportDialogProps) {
  const saved = useSavedApi();
  const refresh = useRefreshSaved();
  const [keep, setKeep] = useState(false);
  const preview = useQuery({
    queryKey: ['saved-queries', 'import', name, content],
    queryFn: () => saved.importFile(content, true, false),
    gcTime: 0,
    retry: false,
  });
  const write = useMutation({
    mutationFn: () => saved.importFile(content, false, keep),
    onSuccess: async ({ items }) => {
      const written = items.filter((item) => item.written).length;
      notifyDone(`${formatCountOf(written, 'query', 'queries')} of ${name} written.`);
      onClose();
      await refresh();
    },
    onError: (error) => notifyFailure('The file was not imported', error),
  });
  const report = preview.data;
  const count = report === undefined ? 0 : report.new + (keep ? 0 : report.changed);
  return (
    <Modal
      opened
      onClose={onClose}
      size="lg"
      title={`Import ${name}`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {report !== undefined ? (
        <Report report={report} keep={keep} onKeep={setKeep} />
      ) : preview.isError ? (
        <ErrorState title="The file can’t be imported" error={preview.error} />
      ) : (
        <SkeletonRows count={4} />
      )}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button disabled={count === 0} loading={write.isPending} onClick={() => write.mutate()}>
          {count === 0 ? 'Nothing to import' : `Import ${formatCountOf(count, 'query', 'queries')}`}
        </Button>
      </div>
    </Modal>
  );
}

interface ReportProps {
  report: SavedImportReport;
  keep: boolean;
  onKeep: (keep: boolean) => void;
}

function Report({ report, keep, onKeep }: ReportProps) {
  return (
    <>
      <p className={classes.summary} role="status">
        {report.new} new, {report.changed} changed, {report.same} the same.
      </p>
      <div className={classes.scroll} tabIndex={0} role="group" aria-label="Queries of the file">
        <table className={classes.items}>
          <tbody>
            {report.items.map((item) => (
              <tr key={item.name} data-standing={item.standing}>
                <td>{item.name}</td>
                <td className={classes.dim}>{item.folder}</td>
                <td className={classes.standing}>{STANDINGS[item.standing]}</td>
                <td className={classes.dim}>{changedFields(item)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {report.changed > 0 && (
        <Checkbox
          label="Keep what is saved where the file has it otherwise"
          checked={keep}
          onChange={(event) => onKeep(event.currentTarget.checked)}
        />
      )}
    </>
  );
}

function changedFields({ difference }: ImportedItem): string {
  const fields = difference.fields.map(({ field }) => field);
  return [...fields, ...(difference.text.length > 0 ? ['text'] : [])].join(', ');
}
