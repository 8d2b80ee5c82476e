import { lazy, Suspense, useMemo, useState } from 'react';
import { formatValue } from '@/lib/format/units';
import { categoriesOf, type CategoryData } from './categories';
import type { ChartProps } from './chart-props';
import classes from './charts.module.css';
import plot from './plot.module.css';
import { Legend } from './legend';
import { NoData } from './no-data';
import type { ChartOptions } from './options';
import { ValuesTable } from './values-table';

const BarCanvas = lazy(() => import('./bar-canvas'));
const PieCanvas = lazy(() => import('./pie-canvas'));
const NONE: ReadonlySet<string> = new Set();
const NEEDS = 'This chart needs a column of numbers, and one or more that name them.';
/** As many as there are colours. */
const SLICES = 8;

function CategoryTable({
  title,
  data,
  options,
}: {
  title: string;
  data: CategoryData;
  options: ChartOptions;
}) {
  return (
    <ValuesTable
      caption={title}
      head={['Name', ...data.measures]}
      rows={data.categories.map(({ name, values }) => [
        name,
        ...values.map((value) => formatValue(value, options.unit, options.decimals)),
      ])}
    />
  );
}

/** A bar for each name. */
export function BarChart({ title, data, options, onPick }: ChartProps) {
  const categories = useMemo(() => categoriesOf(data), [data]);
  if (categories.categories.length === 0) return <NoData needs={data.rows.length === 0 ? null : NEEDS} />;
  return (
    <div className={classes.chart} data-legend="hidden">
      <div className={classes.plot}>
        <Suspense fallback={<div className={plot.skeleton} />}>
          <BarCanvas data={categories} options={options} onPick={onPick} />
        </Suspense>
      </div>
      <CategoryTable title={title} data={categories} options={options} />
    </div>
  );
}

/** Shares of a whole; the small ones beyond the first eight are one slice. */
export function PieChart({ title, data, options, onPick }: ChartProps) {
  const categories = useMemo(() => withRest(categoriesOf(data)), [data]);
  const [muted, setMuted] = useState(NONE);
  if (categories.categories.length === 0) return <NoData needs={data.rows.length === 0 ? null : NEEDS} />;
  const legend = options.legend ?? 'right';
  return (
    <div className={classes.chart} data-legend={legend}>
      <div className={classes.plot}>
        <Suspense fallback={<div className={plot.skeleton} data-round />}>
          <PieCanvas data={categories} options={options} muted={muted} onPick={onPick} />
        </Suspense>
      </div>
      {legend !== 'hidden' && (
        <Legend
          entries={categories.categories.map(({ name, values }) => ({ name, value: values[0] ?? 0 }))}
          options={{ ...options, legend }}
          muted={muted}
          onMute={setMuted}
        />
      )}
      <CategoryTable title={title} data={categories} options={options} />
    </div>
  );
}

function withRest(data: CategoryData): CategoryData {
  const sorted = data.categories.toSorted((left, right) => (right.values[0] ?? 0) - (left.values[0] ?? 0));
  const rest = sorted.slice(SLICES);
  if (rest.length === 0) return { ...data, categories: sorted };
  const value = rest.reduce((sum, { values }) => sum + (values[0] ?? 0), 0);
  const name = rest.length === 1 ? '1 other' : `${rest.length} others`;
  return {
    ...data,
    categories: [...sorted.slice(0, SLICES), { name, values: [value], keys: [] }],
  };
}
