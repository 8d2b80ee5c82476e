import { ActionIcon, Menu, Switch, Tooltip } from '@mantine/core';
import {
  IconChevronDown,
  IconChevronRight,
  IconCopy,
  IconDots,
  IconPencil,
  IconPlayerPlay,
  IconTrash,
} from '@tabler/icons-react';
import type { ExportJob, ExportRun } from '@/api/export-jobs';
import { EXPORT_FORMATS } from '@/components/exports/formats';
import { plainMessage } from '@/components/notify';
import { formatBytes } from '@/lib/format/numbers';
import { formatTimeExact, formatTimeToSecond } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import { zoneName } from '@/lib/time-range/time-zone';
import classes from './exports.module.css';
import { RunList } from './run-list';
import { scheduleText } from './schedule';
import { isUnfinished, useDeleteJob, useRunJob, useSwitchJob } from './use-export-jobs';

interface JobRowProps {
  job: ExportJob;
  isOpen: boolean;
  onToggle: () => void;
  onEdit: () => void;
  onDuplicate: () => void;
}

/** One scheduled export, and its runs where it is open. */
export function JobRow({ job, isOpen, onToggle, onEdit, onDuplicate }: JobRowProps) {
  const [{ timeZone }] = usePreferences();
  const run = useRunJob();
  const remove = useDeleteJob();
  const turn = useSwitchJob();
  const enabled = turn.isPending ? turn.variables.enabled : job.enabled;
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  const format = EXPORT_FORMATS.find((one) => one.format === job.format)?.title ?? job.format;
  const what = job.query === '' ? 'All records' : (job.query ?? oneLine(job.sql ?? ''));
  return (
    <li className={classes.job} data-open={isOpen || undefined}>
      <div className={classes.jobLine}>
        <div className={classes.jobMain}>
          <button type="button" className={classes.toggle} aria-expanded={isOpen} onClick={onToggle}>
            <Chevron size={14} aria-hidden />
            <span className={classes.jobName}>{job.name}</span>
          </button>
          <span className={classes.jobWhat} title={job.query ?? job.sql}>
            {what}
          </span>
        </div>
        <div className={classes.jobWhen}>
          <span>
            {scheduleText(job.schedule)}
            {job.time_zone !== zoneName(timeZone) && (
              <span className={classes.dim}> {job.time_zone.replaceAll('_', ' ')}</span>
            )}
          </span>
          <span className={classes.dim}>
            {format}
            {job.source !== undefined && ` of ${job.source}`}
            {job.next_at !== null && (
              <span title={formatTimeExact(job.next_at, timeZone)}>
                , next {formatTimeToSecond(job.next_at, timeZone).slice(0, -3)}
              </span>
            )}
            {!job.enabled && ', off'}
          </span>
        </div>
        <div className={classes.jobLast}>
          <LastRun run={job.last_run} />
        </div>
        <div className={classes.jobActions}>
          <Tooltip label={enabled ? 'Runs by itself' : 'Runs only when asked to'}>
            <Switch
              aria-label={`${job.name} runs by itself`}
              checked={enabled}
              onChange={(event) => turn.mutate({ job, enabled: event.currentTarget.checked })}
            />
          </Tooltip>
          <Tooltip label="Run now">
            <ActionIcon
              size={26}
              aria-label={`Run ${job.name} now`}
              disabled={isUnfinished(job.last_run) || run.isPending}
              onClick={() => run.mutate(job)}
            >
              <IconPlayerPlay size={14} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon size={26} aria-label={`More of ${job.name}`}>
                <IconDots size={14} aria-hidden />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconPencil size={14} aria-hidden />} onClick={onEdit}>
                Edit…
              </Menu.Item>
              <Menu.Item leftSection={<IconCopy size={14} aria-hidden />} onClick={onDuplicate}>
                Duplicate…
              </Menu.Item>
              <Menu.Item leftSection={<IconTrash size={14} aria-hidden />} onClick={() => remove.mutate(job)}>
                Delete
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      </div>
      {isOpen && <RunList job={job} />}
    </li>
  );
}

function LastRun({ run }: { run: ExportRun | null }) {
  const [{ timeZone }] = usePreferences();
  if (run === null) return <span className={classes.dim}>has not run yet</span>;
  const words = {
    waiting: 'waits for its turn',
    running: 'running',
    done: run.bytes === null ? 'done' : formatBytes(run.bytes),
    failed: 'failed',
    cancelled: 'cancelled',
  };
  return (
    <>
      <span className={classes.runState} data-state={run.state}>
        {words[run.state]}
        <span className={classes.dim}> {formatTimeToSecond(run.planned_at, timeZone).slice(0, -3)}</span>
      </span>
      {run.error !== null && (
        <span className={classes.problem} title={plainMessage(new Error(run.error))}>
          {plainMessage(new Error(run.error))}
        </span>
      )}
    </>
  );
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ');
}
