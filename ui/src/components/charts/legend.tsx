import { Tooltip } from '@mantine/core';
import { use } from 'react';
import { formatValue } from '@/lib/format/units';
import classes from './charts.module.css';
import plot from './plot.module.css';
import type { ChartOptions } from './options';
import { SeriesColoursContext } from './palette';

export interface LegendEntry {
  name: string;
  value: number | null;
}

interface LegendProps {
  entries: LegendEntry[];
  options: ChartOptions;
  muted: ReadonlySet<string>;
  onMute: (muted: ReadonlySet<string>) => void;
  /** Series that are not drawn for their number. */
  hidden?: number;
}

/** Names and values of the series; a click shows one alone, with Alt it hides it. Scrolls where there are many. */
export function Legend({ entries, options, muted, onMute, hidden = 0 }: LegendProps) {
  const colours = use(SeriesColoursContext);
  const toggle = (name: string, only: boolean) => {
    const others = entries.map((entry) => entry.name).filter((other) => other !== name);
    if (only) {
      const isAlone = !muted.has(name) && others.length > 0 && others.every((other) => muted.has(other));
      onMute(new Set(isAlone ? [] : others));
    } else {
      const next = new Set(muted);
      if (!next.delete(name)) next.add(name);
      onMute(next);
    }
  };
  return (
    <ul className={classes.legend} data-side={options.legend ?? 'bottom'} aria-label="Series">
      {entries.map(({ name, value }) => (
        <li key={name}>
          <Tooltip label={`${name}. Click: only this. Alt-click: without it`}>
            <button
              type="button"
              className={muted.has(name) ? `${plot.legendItem} ${classes.muted}` : plot.legendItem}
              aria-pressed={!muted.has(name)}
              onClick={(event) => toggle(name, !event.altKey)}
            >
              <span className={plot.swatch} style={{ background: `var(${colours.tokenOf(name)})` }} />
              <span className={classes.legendName}>{name}</span>
              {value !== null && (
                <span className={classes.legendValue}>
                  {formatValue(value, options.unit, options.decimals)}
                </span>
              )}
            </button>
          </Tooltip>
        </li>
      ))}
      {hidden > 0 && <li className={classes.more}>and {hidden} more: narrow the query to see them</li>}
    </ul>
  );
}
