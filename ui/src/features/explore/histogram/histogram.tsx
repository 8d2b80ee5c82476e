import { ActionIcon, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Shortcut } from '../layout/shortcut';
import { useExplore } from '../state/explore-context';
import plot from '@/components/charts/plot.module.css';
import { absoluteRange, formatLength, shiftRange } from '@/lib/time-range/range';
import { bucketName } from './bucket-name';
import { Brush } from './brush';
import type { HistogramData } from './histogram-data';
import { Legend } from './legend';
import classes from './histogram.module.css';
import { PLOT } from './plot';

const Chart = lazy(() => import('./chart'));
const SIDES = { left: PLOT.left, right: PLOT.right };
const TABLE_ROWS_LIMIT = 200;

interface HistogramProps {
  data: HistogramData | undefined;
  isStale: boolean;
  hasFailed: boolean;
}

/** Rows over time by level. Its height is the same while it loads, so that nothing below it moves. */
export function Histogram({ data, isStale, hasFailed }: HistogramProps) {
  const { search, zone, setRange } = useExplore();
  const shift = (direction: -1 | 1) => {
    const range = shiftRange(search.range, direction, Date.now());
    if (range) setRange(range);
  };
  const canShift = search.range.from !== null && search.range.to !== null;
  return (
    <section
      className={classes.histogram}
      data-tour="histogram"
      aria-label="Rows over time"
      aria-busy={isStale && !hasFailed}
    >
      <div className={classes.head}>
        <span className={classes.bucket}>
          {data && data.times.length > 0 ? `${formatLength(data.bucketMs)} a bar` : ''}
        </span>
        {data && <Legend series={data.series} />}
      </div>
      <div className={classes.plot} data-stale={(isStale && data !== undefined) || undefined}>
        {data === undefined && !hasFailed && (
          <div className={plot.skeleton} style={SIDES} role="status" aria-label="Counting rows" />
        )}
        {data && (
          <Suspense fallback={<div className={plot.skeleton} style={SIDES} />}>
            <Chart data={data} zone={zone} />
          </Suspense>
        )}
        {data && <Brush data={data} zone={zone} onSelect={(from, to) => setRange(absoluteRange(from, to))} />}
        {canShift && (
          <>
            <ShiftButton
              side="left"
              text="The same length of time before"
              keys="{"
              onClick={() => shift(-1)}
            />
            <ShiftButton
              side="right"
              text="The same length of time after"
              keys="}"
              onClick={() => shift(1)}
            />
          </>
        )}
      </div>
      {data && <CountsTable data={data} />}
    </section>
  );
}

interface ShiftButtonProps {
  side: 'left' | 'right';
  text: string;
  keys: string;
  onClick: () => void;
}

function ShiftButton({ side, text, keys, onClick }: ShiftButtonProps) {
  return (
    <Tooltip label={<Shortcut text={text} keys={keys} />}>
      <ActionIcon size={24} className={classes.shift} data-side={side} aria-label={text} onClick={onClick}>
        {side === 'left' ? (
          <IconChevronLeft size={12} aria-hidden />
        ) : (
          <IconChevronRight size={12} aria-hidden />
        )}
      </ActionIcon>
    </Tooltip>
  );
}

/** The chart as a table, for those who do not see it. */
function CountsTable({ data }: { data: HistogramData }) {
  const { zone } = useExplore();
  const filled = data.times
    .map((_, index) => ({ index, counts: data.series.map((one) => one.counts[index] ?? 0) }))
    .filter(({ counts }) => counts.some((count) => count > 0));
  return (
    <VisuallyHidden>
      <table>
        <caption>Rows over time by level</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            {data.series.map(({ level }) => (
              <th key={level} scope="col">
                {level}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {filled.slice(0, TABLE_ROWS_LIMIT).map(({ index, counts }) => (
            <tr key={index}>
              <th scope="row">{bucketName(data, index, zone)}</th>
              {counts.map((count, at) => (
                <td key={data.series[at]?.level}>{count}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </VisuallyHidden>
  );
}
