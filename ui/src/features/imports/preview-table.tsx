import type { LogRow } from '@/api/types';
import { SeverityTag } from '@/components/log/severity-tag';
import { formatTime, formatTimeExact, zoneName } from '@/lib/format/time';
import { usePreferences } from '@/lib/preferences/preferences';
import { levelOfNumber } from '@/lib/severity';
import classes from './preview-table.module.css';

const SHOWN_ROWS = 10;

/** The first rows as they would be stored; `service`, where given, overrides what was found. */
export function PreviewTable({ rows, service }: { rows: LogRow[]; service: string }) {
  const [{ timeZone }] = usePreferences();
  if (rows.length === 0)
    return <p className={classes.none}>There is no row in the first part of the file.</p>;
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label="First rows">
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
          {rows.slice(0, SHOWN_ROWS).map((row, index) => (
            <tr key={index}>
              <td title={formatTimeExact(row.Timestamp, timeZone)}>{formatTime(row.Timestamp, timeZone)}</td>
              <td>
                <SeverityTag level={levelOfNumber(row.SeverityNumber)} />
              </td>
              <td>{service === '' ? row.ServiceName : service}</td>
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
