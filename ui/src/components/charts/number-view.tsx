import { useMemo } from 'react';
import { formatValue } from '@/lib/format/units';
import type { ChartProps } from './chart-props';
import classes from './charts.module.css';
import { NoData } from './no-data';
import { changeOf, figureOf, sparkPath } from './number';
import { toneOf } from './options';

/** One figure, its change against the time before, and how it went. */
export function NumberView({ title, data, options, before }: ChartProps) {
  const figure = useMemo(() => figureOf(data, options.reduce), [data, options.reduce]);
  const earlier = useMemo(
    () => (before === undefined ? null : figureOf(before, options.reduce)),
    [before, options.reduce],
  );
  if (figure === null)
    return <NoData needs={data.rows.length === 0 ? null : 'This needs a column of numbers.'} />;
  const text = formatValue(figure.value, options.unit ?? 'compact', options.decimals);
  const tone = toneOf(figure.value, options.thresholds);
  return (
    <div className={classes.number}>
      <div
        className={classes.figure}
        data-tone={tone ?? undefined}
        aria-label={`${title}: ${text}`}
        role="img"
      >
        {text}
      </div>
      {before !== undefined && (
        <Change
          now={figure.value}
          before={earlier?.value ?? 0}
          moreIsWorse={options.more_is_worse === true}
        />
      )}
      {figure.spark.length > 1 && (
        <svg
          className={classes.spark}
          viewBox="0 0 100 100"
          preserveAspectRatio="none"
          aria-hidden
          data-tone={tone ?? undefined}
        >
          <path d={`${sparkPath(figure.spark)}L100 100L0 100Z`} className={classes.sparkArea} />
          <path d={sparkPath(figure.spark)} className={classes.sparkLine} />
        </svg>
      )}
    </div>
  );
}

function Change({ now, before, moreIsWorse }: { now: number; before: number; moreIsWorse: boolean }) {
  const change = changeOf(now, before);
  if (change === null)
    return (
      <div className={classes.change}>{now === 0 ? 'none before either' : 'none in the time before'}</div>
    );
  const rounded = Math.abs(change) < 0.0005 ? 0 : change;
  const tone = rounded === 0 || !moreIsWorse ? undefined : rounded > 0 ? 'bad' : 'good';
  const arrow = rounded === 0 ? '=' : rounded > 0 ? '▲' : '▼';
  return (
    <div className={classes.change} data-tone={tone}>
      <span aria-hidden>{arrow} </span>
      {rounded === 0
        ? 'as in the time before'
        : `${formatValue(Math.abs(rounded), 'share')} ${rounded > 0 ? 'more' : 'less'} than before`}
    </div>
  );
}
