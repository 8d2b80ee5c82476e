import { use } from 'react';
import { formatValue } from '@/lib/format/units';
import type { Zone } from '@/lib/time-range/zone';
import classes from './charts.module.css';
import type { ChartOptions } from './options';
import { SeriesColoursContext } from './palette';
import type { SeriesData } from './series';
import { spanName } from './span-name';

interface SeriesTooltipProps {
  data: SeriesData;
  options: ChartOptions;
  zone: Zone;
  muted: ReadonlySet<string>;
  first: number;
  last: number;
}

const LINES = 12;

/** The values under the cursor, the greatest first; of a selection only how long it is. */
export function SeriesTooltip({ data, options, zone, muted, first, last }: SeriesTooltipProps) {
  const colours = use(SeriesColoursContext);
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
    <div className={classes.tooltip} style={side} aria-hidden>
      <div className={classes.tooltipTime}>{spanName(data, first, last, zone)}</div>
      {first === last &&
        values.slice(0, LINES).map(({ name, value }) => (
          <div key={name} className={classes.tooltipRow}>
            <span className={classes.swatch} style={{ background: `var(${colours.tokenOf(name)})` }} />
            <span className={classes.tooltipName}>{name}</span>
            <span className={classes.tooltipValue}>{formatValue(value, options.unit, options.decimals)}</span>
          </div>
        ))}
      {first === last && values.length === 0 && <div className={classes.tooltipTime}>no value</div>}
      {first === last && values.length > LINES && (
        <div className={classes.tooltipTime}>and {values.length - LINES} more</div>
      )}
    </div>
  );
}
