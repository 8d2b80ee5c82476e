import { Button } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import type { Import } from '@/api/types';
import { plainMessage } from '@/components/notify';
import { exploreLinkOfFile } from '@/lib/explore-link';
import { formatBytes, formatCount, formatCountOf, formatDuration } from '@/lib/format/numbers';
import { formatSpan } from '@/lib/format/time';
import { zoneName, type TimeZone } from '@/lib/time-range/time-zone';
import { usePreferences } from '@/lib/preferences/preferences';
import { Facts } from './facts';
import classes from './file-report.module.css';

interface FileReportProps {
  result: Import;
  /** Called when the user goes to Explore. */
  onShow?: () => void;
}

/** What came of an import: rows, their span of time, and what was not understood. */
export function FileReport({ result, onShow }: FileReportProps) {
  const [{ timeZone }] = usePreferences();
  const navigate = useNavigate();
  const { not_understood } = result;
  const show = (): void => {
    onShow?.();
    void navigate({
      to: '/explore',
      search: exploreLinkOfFile(result.name, result.first_time, result.last_time),
    });
  };
  return (
    <>
      {result.error !== null && (
        <p className={classes.problem} role="alert">
          {plainMessage(new Error(result.error.message))}
        </p>
      )}
      <Facts
        facts={[
          ['Rows', rowsText(result)],
          ['Format', result.format_title],
          ['Time span', spanOf(result, timeZone)],
          ['Read', readText(result)],
          [
            'Not understood',
            not_understood.lines === 0
              ? 'Nothing'
              : `${formatCountOf(not_understood.lines, 'line')}, stored as plain text`,
          ],
          ['Without a time', result.without_time === 0 ? 'None' : withoutTime(result.without_time)],
        ]}
      />
      {not_understood.samples.length > 0 && (
        <div
          className={classes.samples}
          tabIndex={0}
          role="region"
          aria-label="Lines that were not understood"
        >
          {not_understood.samples.map(({ line, text }) => (
            <div key={line} className={classes.sample}>
              <span className={classes.line}>{formatCount(line)}</span>
              <span>{text}</span>
            </div>
          ))}
        </div>
      )}
      {result.rows > 0 && (
        <Button variant={onShow === undefined ? 'default' : 'filled'} mt={12} onClick={show}>
          Show in Explore
        </Button>
      )}
    </>
  );
}

function rowsText({ rows, rows_resumed }: Import): string {
  if (rows_resumed === 0) return formatCount(rows);
  return `${formatCount(rows)}, of which ${formatCount(rows_resumed)} were stored before the interruption`;
}

function spanOf({ first_time, last_time }: Import, timeZone: TimeZone): string {
  if (first_time === null || last_time === null) return 'No times found';
  return `${formatSpan(first_time, last_time, timeZone)}, ${zoneName(timeZone)}`;
}

function readText({ bytes_read, started_at, finished_at }: Import): string {
  if (finished_at === null) return formatBytes(bytes_read);
  const took = new Date(finished_at).getTime() - new Date(started_at).getTime();
  return `${formatBytes(bytes_read)} in ${formatDuration(took)}`;
}

function withoutTime(rows: number): string {
  return `${formatCountOf(rows, 'row')}, stored with the time of the row before, or of the file`;
}
