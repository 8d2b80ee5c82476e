import { Tooltip } from '@mantine/core';
import plot from '@/components/charts/plot.module.css';
import { SeverityTag } from '@/components/log/severity-tag';
import { formatCompact, formatCount } from '@/lib/format/numbers';
import { stateOf, toggleExclude, toggleInclude } from '@/lib/query-language/filters';
import { useExplore } from '../state/explore-context';
import type { HistogramSeries } from './histogram-data';
import classes from './histogram.module.css';

/** The levels with their counts; a click filters. */
export function Legend({ series }: { series: HistogramSeries[] }) {
  const { search, editQuery } = useExplore();
  return (
    <ul className={classes.legend} aria-label="Levels">
      {series.map(({ level, total }) => {
        const isIncluded = stateOf(search.query, 'level', level) === 'included';
        return (
          <li key={level}>
            <Tooltip
              label={isIncluded ? `Show the other levels too` : `Only ${level}. With Alt: all but ${level}`}
            >
              <button
                type="button"
                className={isIncluded ? `${plot.legendItem} ${classes.included}` : plot.legendItem}
                aria-pressed={isIncluded}
                aria-label={`${level}, ${formatCount(total)}`}
                onClick={(event) =>
                  editQuery((query) => (event.altKey ? toggleExclude : toggleInclude)(query, 'level', level))
                }
              >
                <span className={plot.swatch} style={{ background: `var(--chart-${level})` }} />
                <SeverityTag level={level} />
                <span className={classes.legendCount}>{formatCompact(total)}</span>
              </button>
            </Tooltip>
          </li>
        );
      })}
    </ul>
  );
}
