import type { ReactNode } from 'react';
import type { StorageReport } from '@/api/types';
import { formatBytes, formatCount, formatCountOf } from '@/lib/format/numbers';
import { formatTimeToSecond } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import classes from './storage.module.css';

/** The figures that are looked for first. */
export function Totals({ report }: { report: StorageReport }) {
  const [{ timeZone }] = usePreferences();
  const { signals } = report;
  const sum = (of: (signal: StorageReport['signals'][number]) => number): number =>
    signals.reduce((total, signal) => total + of(signal), 0);
  const raw = sum(({ raw_bytes }) => raw_bytes);
  const traces = signals.find(({ signal }) => signal === 'traces')?.rows ?? 0;
  const oldest = signals.flatMap((signal) => signal.oldest ?? []).sort()[0];
  const cold = sum(({ cold_bytes }) => cold_bytes);
  const disk = report.disks.find(({ name }) => name === 'default') ?? report.disks[0];
  const coldDisk = report.disks.find(({ name }) => name === 'cold');
  return (
    <dl className={classes.totals}>
      <Total name="Rows" value={formatCount(sum(({ rows }) => rows))}>
        {traces > 0 && `${formatCountOf(traces, 'span')} among them`}
        {traces === 0 && oldest !== undefined && `since ${formatTimeToSecond(oldest, timeZone)}`}
      </Total>
      <Total name="On disk" value={formatBytes(report.disk_bytes)}>
        {`${formatBytes(sum(({ index_bytes }) => index_bytes))} of it indexes`}
        {cold > 0 && `, ${formatBytes(cold)} on the cold volume`}
      </Total>
      <Total name="Before compression" value={formatBytes(raw)}>
        {report.disk_bytes > 0 && `${(raw / report.disk_bytes).toFixed(1)} times what is on disk`}
      </Total>
      <Total name="Free disk" value={disk === undefined ? 'Not known' : formatBytes(disk.free_bytes)}>
        {disk !== undefined && `of ${formatBytes(disk.total_bytes)}`}
        {coldDisk !== undefined && `; cold volume ${formatBytes(coldDisk.free_bytes)}`}
      </Total>
      {report.spool.rows > 0 && (
        <Total name="Not stored yet" value={formatCountOf(report.spool.rows, 'row')}>
          {`${formatBytes(report.spool.disk_bytes)} in the spool`}
        </Total>
      )}
    </dl>
  );
}

function Total({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  return (
    <div className={classes.total}>
      <dt>{name}</dt>
      <dd className={classes.figure}>{value}</dd>
      <dd className={classes.note}>{children}</dd>
    </div>
  );
}
