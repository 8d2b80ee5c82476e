import { Button } from '@mantine/core';
import type { FieldStats, NumberStats } from '@/api/types';
import { plainMessage } from '@/components/notify';
import { SkeletonRows } from '@/components/skeleton-rows';
import { formatCompact, formatCount, formatCountOf } from '@/lib/format/numbers';
import { toggleInclude } from '@/lib/query-language/filters';
import { useExplore, useResults } from '../state/explore-context';
import { formatFigure, formatShare } from './figures';
import { useFieldStats } from './use-field-stats';
import classes from './stats.module.css';

const QUANTILES_SHOWN = [0.5, 0.9, 0.95, 0.99];

/** What the values of a field look like: how often it is there, its values, and for numbers their distribution. */
export default function FieldStatsView({ field }: { field: string }) {
  const run = useResults((results) => results.run);
  const { data, error, refetch } = useFieldStats(run, field);
  return (
    <section className={classes.stats} aria-label={`Statistics of ${field}`}>
      <h3 className={classes.title}>{field}</h3>
      {error !== null && data === undefined && (
        <>
          <p className={classes.note}>{plainMessage(error)}</p>
          <Button variant="default" size="compact-xs" onClick={() => void refetch()}>
            Try again
          </Button>
        </>
      )}
      {data === undefined && error === null && <SkeletonRows count={7} />}
      {data !== undefined && <Figures stats={data} />}
    </section>
  );
}

function Figures({ stats }: { stats: FieldStats }) {
  const { present, rows, distinct, numbers, sampled } = stats;
  return (
    <>
      <dl className={classes.figures}>
        <div>
          <dt>rows with it</dt>
          <dd>
            {formatCount(present)} <span className={classes.share}>{formatShare(present, rows)}</span>
          </dd>
        </div>
        <div>
          <dt>different values</dt>
          <dd>{formatCount(distinct)}</dd>
        </div>
        {numbers != null && <NumberFigures numbers={numbers} />}
      </dl>
      {numbers != null && numbers.distribution.length > 1 && <Distribution numbers={numbers} />}
      <TopValues stats={stats} />
      {sampled && (
        <p className={classes.note}>
          Of the newest {formatCountOf(rows, 'row')} out of {formatCount(stats.total_rows)}.
        </p>
      )}
    </>
  );
}

function NumberFigures({ numbers }: { numbers: NumberStats }) {
  const quantiles = numbers.quantiles.filter((quantile) => QUANTILES_SHOWN.includes(quantile.share));
  const figures: [string, number][] = [
    ['least', numbers.min],
    ['mean', numbers.mean],
    ...quantiles.map(({ share, value }): [string, number] => [
      share === 0.5 ? 'median' : `p${share * 100}`,
      value,
    ]),
    ['greatest', numbers.max],
  ];
  return figures.map(([name, value]) => (
    <div key={name}>
      <dt>{name}</dt>
      <dd>{formatFigure(value)}</dd>
    </div>
  ));
}

function Distribution({ numbers: { distribution, max } }: { numbers: NumberStats }) {
  const largest = Math.max(...distribution.map(({ count }) => count), 1);
  const last = distribution.at(-1);
  const isOpen =
    last !== undefined &&
    distribution.length > 1 &&
    last.to - last.from > 1.5 * ((distribution[0]?.to ?? 0) - (distribution[0]?.from ?? 0));
  return (
    <figure className={classes.distribution}>
      <ul className={classes.bars} aria-label="Distribution">
        {distribution.map(({ from, to, count }) => {
          const span = `${formatFigure(from)} to ${formatFigure(to)}: ${formatCountOf(count, 'row')}`;
          return (
            <li key={from} title={span}>
              <span className={classes.bar} style={{ height: `${(count / largest) * 100}%` }} />
              <span className={classes.hidden}>{span}</span>
            </li>
          );
        })}
      </ul>
      <figcaption className={classes.axis}>
        <span>{formatFigure(distribution[0]?.from ?? 0)}</span>
        <span>{isOpen ? `${formatFigure(last.from)} and above` : formatFigure(max)}</span>
      </figcaption>
    </figure>
  );
}

function TopValues({ stats: { field, top_values: values, present } }: { stats: FieldStats }) {
  const { editQuery } = useExplore();
  const largest = Math.max(...values.map(({ count }) => count), 1);
  if (values.length === 0) return <p className={classes.note}>No row of this search has it.</p>;
  return (
    <ul className={classes.values} aria-label="Most frequent values">
      {values.map(({ value, count }) => (
        <li key={value}>
          <button
            type="button"
            className={classes.value}
            title={`${value}\n${formatCountOf(count, 'row')}. Click: only this.`}
            onClick={() => editQuery((query) => toggleInclude(query, field, value))}
          >
            <span
              className={classes.valueShare}
              aria-hidden
              style={{ width: `${(count / largest) * 100}%` }}
            />
            <span className={classes.text}>{value === '' ? '(empty)' : value}</span>
            <span className={classes.count}>
              {formatCompact(count)} <span className={classes.share}>{formatShare(count, present)}</span>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
