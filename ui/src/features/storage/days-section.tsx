import { Button } from '@mantine/core';
import { lazy, Suspense, useMemo, useState } from 'react';
import type { StorageReport } from '@/api/types';
import { formatBytes, formatCount } from '@/lib/format/numbers';
import { dayBars, dayTotals } from './day-bars';
import { Section } from './section';
import classes from './storage.module.css';

const DayChart = lazy(() => import('./day-chart'));
const SHOWN_DAYS = 7;

interface DaysSectionProps {
  report: StorageReport;
  onDrop: (day: string) => void;
}

/** Bytes by day, as a chart and as a table. */
export function DaysSection({ report, onDrop }: DaysSectionProps) {
  const [showsAll, setShowsAll] = useState(false);
  const totals = useMemo(() => dayTotals(report), [report]);
  const bars = useMemo(() => dayBars(totals), [totals]);
  const hasCold = totals.some(({ cold_bytes }) => cold_bytes > 0);
  const newestFirst = totals.toReversed();
  const shown = showsAll ? newestFirst : newestFirst.slice(0, SHOWN_DAYS);
  return (
    <Section title="By day" note="Days of the records’ own time, as ClickHouse cuts them (UTC).">
      <div className={classes.chartBox}>
        <Suspense fallback={null}>
          <DayChart bars={bars} />
        </Suspense>
      </div>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col" className={classes.number}>
              Rows
            </th>
            <th scope="col" className={classes.number}>
              On disk
            </th>
            <th scope="col" className={`${classes.number} ${classes.wide}`}>
              Before compression
            </th>
            {hasCold && <th scope="col">Volume</th>}
            <th scope="col">
              <span className={classes.hidden}>Action</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((bar) => (
            <tr key={bar.day}>
              <th scope="row">{bar.day}</th>
              <td className={classes.number}>{formatCount(bar.rows)}</td>
              <td className={classes.number}>{formatBytes(bar.disk_bytes)}</td>
              <td className={`${classes.number} ${classes.wide}`}>{formatBytes(bar.raw_bytes)}</td>
              {hasCold && <td>{volumeText(bar.cold_bytes, bar.disk_bytes)}</td>}
              <td className={classes.action}>
                <Button
                  variant="subtle"
                  color="gray"
                  size="compact-xs"
                  className={classes.quiet}
                  aria-label={`Delete the day ${bar.day}`}
                  onClick={() => onDrop(bar.day)}
                >
                  Delete…
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {totals.length > SHOWN_DAYS && (
        <Button
          className={classes.more}
          variant="subtle"
          size="compact-xs"
          onClick={() => setShowsAll((now) => !now)}
        >
          {showsAll ? `Show the newest ${SHOWN_DAYS} days` : `Show all ${formatCount(totals.length)} days`}
        </Button>
      )}
    </Section>
  );
}

function volumeText(cold: number, disk: number): string {
  if (cold === 0) return 'Disk';
  return cold < disk ? 'Both' : 'Cold';
}
