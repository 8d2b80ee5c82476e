import type { LogRow } from '@/api/types';
import { SeverityTag } from '@/components/log/severity-tag';
import { formatTime, formatTimeExact } from '@/lib/format/time';
import { zoneName } from '@/lib/time-range/time-zone';
import { usePreferences } from '@/lib/preferences/preferences';
import { levelOfNumber } from '@/lib/severity';
import classes from './record-table.module.css';

interface RecordTableProps {
  /** What screen readers call the table. */
  label: string;
  rows: LogRow[];
  /** Said where there is no row. */
  empty: string;
  /** Stands in place of the service of each row, unless empty. */
  service?: string;
}

/** A few records at a glance, such as the first of a file. */
export function RecordTable({ label, rows, empty, service = '' }: RecordTableProps) {
  const [{ timeZone }] = usePreferences();
  if (rows.length === 0) return <p className={classes.none}>{empty}</p>;
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label={label}>
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
          {rows.map((row, index) => (
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
