import { ActionIcon, Menu, Tooltip } from '@mantine/core';
import { IconDownload, IconPlayerStop, IconTrash } from '@tabler/icons-react';
import type { ExportJob, ExportRun } from '@/api/export-jobs';
import { CopyButton } from '@/components/copy-button';
import { ErrorState } from '@/components/error-state';
import { plainMessage } from '@/components/notify';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatBytes, formatDuration } from '@/lib/format/numbers';
import { formatTimeExact, formatTimeToSecond } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import classes from './exports.module.css';
import {
  fileName,
  fileNote,
  isUnfinished,
  useDeleteRun,
  useDownload,
  useExportRuns,
  useRunShare,
} from './use-export-jobs';

/** What an export did, the last run first. */
export function RunList({ job }: { job: ExportJob }) {
  const runs = useExportRuns(job.id);
  if (runs.data === undefined) {
    return runs.isError ? (
      <ErrorState title="The runs could not be read" error={runs.error} onRetry={() => void runs.refetch()} />
    ) : (
      <SkeletonRows count={3} />
    );
  }
  if (runs.data.length === 0) return <p className={classes.nothing}>It has not run yet.</p>;
  return (
    <ul className={classes.runs} aria-label={`Runs of ${job.name}`}>
      {runs.data.map((run) => (
        <RunRow key={run.id} job={job} run={run} />
      ))}
    </ul>
  );
}

function RunRow({ job, run }: { job: ExportJob; run: ExportRun }) {
  const [{ timeZone }] = usePreferences();
  const remove = useDeleteRun(job.id);
  const download = useDownload(job.id);
  const share = useRunShare(run);
  const isOpen = isUnfinished(run);
  const time = formatTimeToSecond(run.planned_at, timeZone);
  const note = fileNote(run);
  return (
    <li className={classes.run}>
      <span className={classes.runTime} title={formatTimeExact(run.planned_at, timeZone)}>
        {time}
      </span>
      <span className={classes.runState} data-state={run.state}>
        {stateText(run, share)}
      </span>
      <span className={classes.runFile}>
        {run.error !== null && <span className={classes.problem}>{plainMessage(new Error(run.error))}</span>}
        {note !== null && <span className={classes.caution}>{note}</span>}
        {run.path !== null && (
          <span className={classes.path}>
            <bdi title={run.path}>{fileName(run.path)}</bdi>
            <CopyButton text={run.path} label="Copy the path" />
          </span>
        )}
        {run.state === 'done' && run.path === null && (
          <span className={classes.dim}>The file was deleted</span>
        )}
      </span>
      <span className={classes.runActions}>
        {run.path !== null && (
          <Tooltip label="Download">
            <ActionIcon
              size={26}
              aria-label={`Download the file of ${time}`}
              loading={download.isPending}
              onClick={() => download.mutate(run)}
            >
              <IconDownload size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
        {run.path === null ? (
          <Tooltip label={isOpen ? 'Cancel' : 'Remove from the list'}>
            <ActionIcon
              size={26}
              aria-label={`${isOpen ? 'Cancel' : 'Remove'} the run of ${time}`}
              disabled={remove.isPending}
              onClick={() => remove.mutate(run)}
            >
              {isOpen ? <IconPlayerStop size={14} aria-hidden /> : <IconTrash size={14} aria-hidden />}
            </ActionIcon>
          </Tooltip>
        ) : (
          // A file does not come back: it takes a second click.
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon size={26} aria-label={`Delete the run of ${time}`} disabled={remove.isPending}>
                <IconTrash size={14} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item color="red" onClick={() => remove.mutate(run)}>
                Delete the file
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </span>
    </li>
  );
}

function stateText(run: ExportRun, share: number | null): string {
  switch (run.state) {
    case 'waiting':
      return 'Waits for its turn';
    case 'running':
      return share === null ? 'Running' : `Running, ${Math.round(share * 100)}\u00a0%`;
    case 'done':
      return [run.bytes === null ? '' : formatBytes(run.bytes), took(run)].filter(Boolean).join(' in ');
    case 'failed':
      return 'Failed';
    case 'cancelled':
      return 'Cancelled';
  }
}

function took({ started_at: start, finished_at: end }: ExportRun): string {
  return start === null || end === null ? '' : formatDuration(Date.parse(end) - Date.parse(start));
}
