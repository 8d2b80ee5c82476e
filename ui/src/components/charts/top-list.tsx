import { useMemo } from 'react';
import { formatValue } from '@/lib/format/units';
import { categoriesOf } from './categories';
import type { ChartProps } from './chart-props';
import classes from './charts.module.css';
import { NoData } from './no-data';
import { toneOf } from './options';

/** Names with their values, the greatest first, each with a bar behind it. */
export function TopList({ title, data, options, onPick }: ChartProps) {
  const { categories, measures } = useMemo(() => categoriesOf(data), [data]);
  if (categories.length === 0) {
    return <NoData needs={data.rows.length === 0 ? null : 'A top list needs a name and a number.'} />;
  }
  const sorted = categories.toSorted((left, right) => (right.values[0] ?? 0) - (left.values[0] ?? 0));
  const most = Math.max(...sorted.map(({ values }) => Math.abs(values[0] ?? 0)), Number.MIN_VALUE);
  return (
    <ol className={classes.top} aria-label={`${title}, by ${measures[0] ?? 'value'}`} tabIndex={0}>
      {sorted.map(({ name, values, keys }) => {
        const value = values[0] ?? 0;
        const tone = toneOf(value, options.thresholds);
        const bar = (
          <>
            <span
              className={classes.topBar}
              style={{
                width: `${(Math.abs(value) / most) * 100}%`,
                background: `var(${tone === null ? '--series-1' : `--${tone}`})`,
              }}
            />
            <span className={classes.topName} title={name}>
              {name}
            </span>
            <span className={classes.topValue}>{formatValue(value, options.unit, options.decimals)}</span>
          </>
        );
        return (
          <li key={name}>
            {onPick === undefined || keys.length === 0 ? (
              <div className={classes.topItem}>{bar}</div>
            ) : (
              <button type="button" className={classes.topItem} onClick={() => onPick(keys)}>
                {bar}
              </button>
            )}
          </li>
        );
      })}
    </ol>
  );
}
