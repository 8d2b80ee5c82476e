import { Button } from '@mantine/core';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Fragment, useState } from 'react';
import type { StorageRun } from '@/api/types';
import { ErrorState } from '@/components/error-state';
import { plainMessage } from '@/components/notify';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatBytes, formatCount, formatDuration } from '@/lib/format/numbers';
import { formatTimeExact, formatTimeToSecond } from '@/lib/format/time';
import { zoneName } from '@/lib/time-range/time-zone';
import { usePreferences } from '@/lib/preferences/preferences';
import { causeText, isUnfinished, outcomeText, runTitle, stepText } from './delete-text';
import { Section } from './section';
import classes from './storage.module.css';
import { useRunNow, useRuns } from './use-storage';

const SHOWN_RUNS = 8;
const SHOWN_STEPS = 50;

/** What the jobs did, the newest first. */
export function RunsSection({ nextRunAt }: { nextRunAt: string | undefined }) {
  const [{ timeZone }] = usePreferences();
  const [openId, setOpenId] = useState<string | null>(null);
  const [showsAll, setShowsAll] = useState(false);
  const runs = useRuns();
  const runNow = useRunNow();
  const list = runs.data ?? [];
  const shown = showsAll ? list : list.slice(0, SHOWN_RUNS);
  const isBusy = list.some((run) => run.kind === 'retention' && isUnfinished(run));
  return (
    <Section
      title="Log of clean-ups"
      note={
        nextRunAt === undefined
          ? undefined
          : `One at a time, once a day; the next at ${formatTimeToSecond(nextRunAt, timeZone)} ${zoneName(timeZone)}.`
      }
      action={
        <Button
          variant="default"
          loading={runNow.isPending}
          disabled={isBusy}
          onClick={() => runNow.mutate()}
        >
          Run now
        </Button>
      }
    >
      {runs.data === undefined && runs.isError && (
        <ErrorState
          title="The log could not be read"
          error={runs.error}
          onRetry={() => void runs.refetch()}
        />
      )}
      {runs.data === undefined && !runs.isError && <SkeletonRows count={4} />}
      {runs.data?.length === 0 && <p className={classes.nothing}>Nothing was cleaned up yet.</p>}
      {shown.length > 0 && (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col" className={classes.wide}>
                Why
              </th>
              <th scope="col">Outcome</th>
              <th scope="col" className={classes.number}>
                Rows deleted
              </th>
              <th scope="col" className={`${classes.number} ${classes.wide}`}>
                Freed
              </th>
              <th scope="col" className={`${classes.number} ${classes.wide}`}>
                Took
              </th>
              <th scope="col" className={classes.wide}>
                Started
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((run) => {
              const open = run.id === openId;
              const Chevron = open ? IconChevronDown : IconChevronRight;
              const started = run.started_at ?? run.queued_at;
              return (
                <Fragment key={run.id}>
                  <tr data-open={open || undefined}>
                    <td className={classes.name}>
                      <button
                        type="button"
                        className={classes.toggle}
                        aria-expanded={open}
                        onClick={() => setOpenId(open ? null : run.id)}
                      >
                        <Chevron size={14} aria-hidden />
                        {runTitle(run)}
                      </button>
                    </td>
                    <td className={classes.wide}>{causeText(run)}</td>
                    <td data-state={run.state} className={classes.outcome}>
                      {outcomeText(run)}
                    </td>
                    <td className={classes.number}>{formatCount(run.rows_deleted)}</td>
                    <td className={`${classes.number} ${classes.wide}`}>{formatBytes(run.bytes_freed)}</td>
                    <td className={`${classes.number} ${classes.wide}`}>
                      {run.elapsed_ms == null ? '' : formatDuration(run.elapsed_ms)}
                    </td>
                    <td className={classes.wide} title={formatTimeExact(started, timeZone)}>
                      {formatTimeToSecond(started, timeZone)}
                    </td>
                  </tr>
                  {open && (
                    <tr>
                      <td colSpan={7} className={classes.detail}>
                        <Steps run={run} />
                      </td>
                    </tr>
                  )}
                </Fragment>
              );
            })}
          </tbody>
        </table>
      )}
      {list.length > SHOWN_RUNS && (
        <Button
          className={classes.more}
          variant="subtle"
          size="compact-xs"
          onClick={() => setShowsAll((now) => !now)}
        >
          {showsAll ? `Show the newest ${SHOWN_RUNS}` : `Show all ${formatCount(list.length)}`}
        </Button>
      )}
    </Section>
  );
}

function Steps({ run }: { run: StorageRun }) {
  return (
    <>
      {run.error != null && (
        <p className={classes.problem} role="alert">
          {plainMessage(new Error(run.error))}
        </p>
      )}
      {run.steps.length === 0 && run.error == null && <p className={classes.note}>It found nothing to do.</p>}
      {run.steps.length > 0 && (
        <ul className={classes.steps}>
          {run.steps.slice(0, SHOWN_STEPS).map((step, index) => (
            <li key={index}>
              <span className={classes.stepPlace}>
                {step.table} {step.day}
              </span>
              {stepText(step)}
              {step.rows > 0 && `: ${formatCount(step.rows)} rows, ${formatBytes(step.bytes)}`},{' '}
              {formatDuration(step.elapsed_ms)}
            </li>
          ))}
          {run.steps.length > SHOWN_STEPS && <li>{formatCount(run.steps.length - SHOWN_STEPS)} more</li>}
        </ul>
      )}
    </>
  );
}
