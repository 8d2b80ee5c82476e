import { Tooltip } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useStatus } from '@/api/status';
import type { Status } from '@/api/types';
import { plainMessage } from '@/components/notify';
import { ImportsIndicator } from '@/features/imports/imports-indicator';
import { TourHost } from '@/features/tour/tour-host';
import { formatBytes, formatCompact, formatCount, formatCountOf } from '@/lib/format/numbers';
import { alarmText } from './alarm-text';
import { connectionOf } from './connection';
import classes from './status-bar.module.css';
import { useRestartNotice } from './use-restart-notice';
import { useServerProcess } from './use-server-process';

/** Where the whole application says how it is: connection, engine, ingestion, what waits, what is stored. */
export function StatusBar() {
  const { data: status, error } = useStatus();
  useRestartNotice(status);
  const connection = connectionOf(status, error, useServerProcess());
  return (
    <footer className={classes.bar} aria-label="Status">
      <Tooltip label={connection.detail} disabled={!connection.detail} multiline maw={420}>
        <span className={classes.item} role="status">
          <span className={classes.dot} data-tone={connection.tone} aria-hidden />
          {connection.text}
        </span>
      </Tooltip>
      <ImportsIndicator />
      <TourHost />
      <span className={classes.space} />
      {status !== undefined && error === null && (
        <>
          <Tooltip label={`${formatBytes(status.ingest.bytes_per_second)}/s arriving`}>
            <span className={classes.item}>{rate(status.ingest.rows_per_second)} rows/s</span>
          </Tooltip>
          {status.spool.pending_rows > 0 && (
            <Tooltip
              label={`Safe on disk, not searchable yet: ${formatBytes(status.spool.pending_bytes)} of at most ${formatBytes(status.spool.limit_bytes)}`}
            >
              <span className={classes.item}>{formatCount(status.spool.pending_rows)} waiting</span>
            </Tooltip>
          )}
          <AlarmsLink status={status} />
          {status.storage !== null && (
            <Tooltip label={status.data_dir}>
              <span className={classes.item}>
                {formatCountOf(status.storage.rows, 'row')}, {formatBytes(status.storage.disk_bytes)}
              </span>
            </Tooltip>
          )}
          <span className={classes.item}>{status.version}</span>
        </>
      )}
    </footer>
  );
}

/** The worst alarm in a few words; the page that it leads to says the rest. */
function AlarmsLink({ status }: { status: Status }) {
  const [worst] = status.alarms;
  if (worst === undefined) return null;
  return (
    <Tooltip label={plainMessage(new Error(worst.message))} multiline maw={420}>
      <Link
        to={worst.code === 'exports.failing' ? '/exports' : '/delivery'}
        className={classes.warning}
        data-level={worst.level}
      >
        {alarmText(worst.code, status)}
      </Link>
    </Tooltip>
  );
}

function rate(rowsPerSecond: number): string {
  return rowsPerSecond > 0 && rowsPerSecond < 10
    ? rowsPerSecond.toFixed(1)
    : formatCompact(Math.round(rowsPerSecond));
}
