import { Button } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { ExportJob } from '@/api/export-jobs';
import { CopyButton } from '@/components/copy-button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Page } from '@/components/page';
import { SkeletonRows } from '@/components/skeleton-rows';
import { useCommands } from '@/lib/shortcuts/use-commands';
import classes from './exports.module.css';
import { JobDialog } from './job-dialog';
import { draftOf, newDraft } from './job-draft';
import { JobRow } from './job-row';
import { useExportJobs } from './use-export-jobs';

/** Exports that run by a schedule, and the files that they made. */
export function ExportsPage() {
  const { job: openId, add: link } = useSearch({ from: '/exports' });
  const navigate = useNavigate({ from: '/exports' });
  const jobs = useExportJobs();
  const [edited, setEdited] = useState<{ job: ExportJob; isCopy: boolean } | null>(null);
  const shown = openId === undefined ? {} : { job: openId };
  const add = () => void navigate({ search: { ...shown, add: {} } });
  const close = (): void => {
    setEdited(null);
    if (link !== undefined) void navigate({ search: shown, replace: true });
  };
  const toggle = (id: string) => void navigate({ search: openId === id ? {} : { job: id }, replace: true });
  useCommands([{ id: 'exports.add', title: 'New scheduled export', group: 'Exports', run: add }]);
  const addButton = (
    <Button leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
      New scheduled export
    </Button>
  );
  const state = () => {
    if (jobs.data === undefined) {
      return jobs.isError ? (
        <ErrorState
          title="The exports could not be read"
          error={jobs.error}
          onRetry={() => void jobs.refetch()}
        />
      ) : (
        <SkeletonRows count={4} />
      );
    }
    if (jobs.data.jobs.length === 0) {
      return (
        <EmptyState title="No export runs by a schedule" action={addButton}>
          A search or a statement can become a file again and again, such as the errors of the day before,
          each morning at seven. Begin here, or with <em>Schedule…</em> in the Export menu of Explore, SQL and
          the builder.
        </EmptyState>
      );
    }
    return (
      <>
        <div className={classes.bar}>
          <p className={classes.folder}>
            <span>Files go to</span>
            <bdi>{jobs.data.folder}</bdi>
            <CopyButton text={jobs.data.folder} label="Copy the path of the folder" />
          </p>
          {addButton}
        </div>
        <ul className={classes.jobs} aria-label="Scheduled exports">
          {jobs.data.jobs.map((job) => (
            <JobRow
              key={job.id}
              job={job}
              isOpen={openId === job.id}
              onToggle={() => toggle(job.id)}
              onEdit={() => setEdited({ job, isCopy: false })}
              onDuplicate={() => setEdited({ job, isCopy: true })}
            />
          ))}
        </ul>
      </>
    );
  };
  return (
    <Page title="Exports">
      <div className={classes.page} data-inset>
        {state()}
        {link !== undefined && edited === null && (
          <JobDialog job={null} first={newDraft(link)} onClose={close} />
        )}
        {edited !== null && (
          <JobDialog
            job={edited.isCopy ? null : edited.job}
            first={
              edited.isCopy
                ? { ...draftOf(edited.job), name: `Copy of ${edited.job.name}` }
                : draftOf(edited.job)
            }
            onClose={close}
          />
        )}
      </div>
    </Page>
  );
}
