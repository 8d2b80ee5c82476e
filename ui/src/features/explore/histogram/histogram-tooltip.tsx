import plot from '@/components/charts/plot.module.css';
import { SeverityTag } from '@/components/log/severity-tag';
import { formatCount, formatCountOf } from '@/lib/format/numbers';
import { formatLength } from '@/lib/time-range/range';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { bucketName } from './bucket-name';
import type { HistogramData } from './histogram-data';
import classes from './histogram.module.css';

interface HistogramTooltipProps {
  data: HistogramData;
  first: number;
  last: number;
  zone: TimeZone;
}

/** The counts of what the cursor is over or what is being selected. */
export function HistogramTooltip({ data, first, last, zone }: HistogramTooltipProps) {
  const counts = data.series
    .map(({ level, counts: all }) => ({
      level,
      count: all.slice(first, last + 1).reduce((sum, value) => sum + value, 0),
    }))
    .filter(({ count }) => count > 0);
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  const middle = (first + last + 1) / 2 / data.times.length;
  const side =
    middle > 0.5
      ? { right: `calc(${(1 - first / data.times.length) * 100}% + 10px)` }
      : { left: `calc(${((last + 1) / data.times.length) * 100}% + 10px)` };
  return (
    <div className={plot.tooltip} style={side}>
      <div className={plot.tooltipTime}>{bucketName(data, first, zone, last)}</div>
      <div className={classes.tooltipTotal}>
        {formatCountOf(total, 'row')} in {formatLength((last - first + 1) * data.bucketMs)}
      </div>
      {counts.map(({ level, count }) => (
        <div key={level} className={plot.tooltipRow}>
          <span className={plot.swatch} style={{ background: `var(--chart-${level})` }} />
          <SeverityTag level={level} />
          <span className={classes.count}>{formatCount(count)}</span>
        </div>
      ))}
    </div>
  );
}
