import type { LogRow } from '@/api/types';
import { SeverityTag } from '@/components/log/severity-tag';
import { formatTime, formatTimeExact, zoneName } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import { levelOfNumber } from '@/lib/severity';
import classes from './sample-rows.module.css';

/** The first records of a refused batch. */
export function SampleRows({ rows }: { rows: LogRow[] }) {
  const [{ timeZone }] = usePreferences();
  if (rows.length === 0) return <p className={classes.none}>The rows of this batch can’t be shown.</p>;
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label="First refused rows">
      <table className={classes.table}>
        <thead>
          <tr>
            <th>time, {zoneName(timeZone)}</th>
            <th>level</th>
            <th>service</th>
            <th>message</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.IngestId}>
              <td title={formatTimeExact(row.Timestamp, timeZone)}>{formatTime(row.Timestamp, timeZone)}</td>
              <td>
                <SeverityTag level={levelOfNumber(row.SeverityNumber)} />
              </td>
              <td>{row.ServiceName}</td>
              <td className={classes.message} title={row.Body}>
                {row.Body}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
