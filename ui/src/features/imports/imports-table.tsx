import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Fragment } from 'react';
import type { Import } from '@/api/types';
import { formatBytes, formatCount } from '@/lib/format/numbers';
import { formatTimeExact, formatTimeToSecond } from '@/lib/format/time';
import { zoneName } from '@/lib/time-range/time-zone';
import { usePreferences } from '@/lib/preferences/preferences';
import { FileProgress } from './file-progress';
import { FileReport } from './file-report';
import classes from './imports-table.module.css';

interface ImportsTableProps {
  imports: Import[];
  openId: string | null;
  onToggle: (id: string) => void;
}

export function ImportsTable({ imports, openId, onToggle }: ImportsTableProps) {
  const [{ timeZone }] = usePreferences();
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th>File</th>
          <th className={classes.wide}>Format</th>
          <th className={`${classes.number} ${classes.wide}`}>Size</th>
          <th className={classes.number}>Rows</th>
          <th>State</th>
          <th className={classes.roomy}>Started, {zoneName(timeZone)}</th>
        </tr>
      </thead>
      <tbody>
        {imports.map((item) => {
          const open = item.id === openId;
          const Chevron = open ? IconChevronDown : IconChevronRight;
          return (
            <Fragment key={item.id}>
              <tr className={classes.row} data-open={open || undefined} onClick={() => onToggle(item.id)}>
                <td className={classes.file}>
                  <button
                    type="button"
                    className={classes.toggle}
                    aria-expanded={open}
                    title={item.path}
                    onClick={(event) => {
                      event.stopPropagation();
                      onToggle(item.id);
                    }}
                  >
                    <Chevron size={14} aria-hidden />
                    <span className={classes.name}>{item.name}</span>
                  </button>
                </td>
                <td className={classes.wide}>{item.format_title}</td>
                <td className={`${classes.number} ${classes.wide}`}>
                  {item.size_bytes === null ? '' : formatBytes(item.size_bytes)}
                </td>
                <td className={classes.number}>{formatCount(item.rows)}</td>
                <td data-state={item.state} className={classes.state}>
                  {stateText(item)}
                </td>
                <td className={classes.roomy} title={formatTimeExact(item.started_at, timeZone)}>
                  {formatTimeToSecond(item.started_at, timeZone)}
                </td>
              </tr>
              {open && (
                <tr>
                  <td colSpan={6} className={classes.detail}>
                    <Detail item={item} />
                  </td>
                </tr>
              )}
            </Fragment>
          );
        })}
      </tbody>
    </table>
  );
}

function Detail({ item }: { item: Import }) {
  return <>{item.state === 'running' ? <FileProgress progress={item} /> : <FileReport result={item} />}</>;
}

function stateText({ state, rows, bytes_read, size_bytes, not_understood }: Import): string {
  switch (state) {
    case 'running':
      return size_bytes === null || size_bytes === 0
        ? 'Running'
        : `Running, ${Math.floor((100 * bytes_read) / size_bytes)} %`;
    case 'done':
      return not_understood.lines === 0
        ? 'Done'
        : `Done, ${formatCount(not_understood.lines)} not understood`;
    case 'failed':
      return rows > 0 ? 'Ended early' : 'Failed';
    case 'cancelled':
      return 'Cancelled';
  }
}
