import { use } from 'react';
import { formatValue } from '@/lib/format/units';
import type { TimeZone } from '@/lib/time-range/time-zone';
import classes from './charts.module.css';
import plot from './plot.module.css';
import type { ChartOptions } from './options';
import { MarksContext, marksIn } from './marks';
import { SeriesColoursContext } from './palette';
import type { SeriesData } from './series';
import { spanName } from './span-name';

interface SeriesTooltipProps {
  data: SeriesData;
  options: ChartOptions;
  zone: TimeZone;
  muted: ReadonlySet<string>;
  first: number;
  last: number;
}

const LINES = 12;
const MARKS = 5;

/** The values under the cursor, the greatest first; of a selection only how long it is. */
export function SeriesTooltip({ data, options, zone, muted, first, last }: SeriesTooltipProps) {
  const colours = use(SeriesColoursContext);
  const marks = marksIn(use(MarksContext), data, first, last);
  const values = data.series
    .filter(({ name, values: all }) => !muted.has(name) && all[first] != null)
    .map(({ name, values: all }) => ({ name, value: all[first] ?? 0 }))
    .sort((left, right) => right.value - left.value);
  const middle = (first + last + 1) / 2 / data.times.length;
  const side =
    middle > 0.5
      ? { right: `calc(${(1 - first / data.times.length) * 100}% + 10px)` }
      : { left: `calc(${((last + 1) / data.times.length) * 100}% + 10px)` };
  return (
    <div className={plot.tooltip} style={side} aria-hidden>
      <div className={plot.tooltipTime}>{spanName(data, first, last, zone)}</div>
      {first === last &&
        values.slice(0, LINES).map(({ name, value }) => (
          <div key={name} className={plot.tooltipRow}>
            <span className={plot.swatch} style={{ background: `var(${colours.tokenOf(name)})` }} />
            <span className={plot.tooltipName}>{name}</span>
            <span className={plot.tooltipValue}>{formatValue(value, options.unit, options.decimals)}</span>
          </div>
        ))}
      {first === last && values.length === 0 && <div className={plot.tooltipTime}>no value</div>}
      {first === last && values.length > LINES && (
        <div className={plot.tooltipTime}>and {values.length - LINES} more</div>
      )}
      {marks.slice(0, MARKS).map(({ name, text, colour }, index) => (
        <div key={index} className={plot.tooltipRow}>
          <span className={classes.markSign} style={{ borderColor: `var(${colour})` }} />
          <span className={plot.tooltipName}>
            {name}: {text}
          </span>
        </div>
      ))}
      {marks.length > MARKS && <div className={plot.tooltipTime}>and {marks.length - MARKS} more</div>}
    </div>
  );
}
