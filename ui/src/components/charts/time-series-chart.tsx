import { lazy, Suspense, useMemo, useState } from 'react';
import { formatValue } from '@/lib/format/units';
import classes from './charts.module.css';
import plot from './plot.module.css';
import type { ChartProps } from './chart-props';
import { Legend } from './legend';
import { NoData } from './no-data';
import { seriesOf } from './series';
import { spanName } from './span-name';
import { TimeSeriesOverlay } from './time-series-overlay';
import { ValuesTable } from './values-table';

const Canvas = lazy(() => import('./time-series-canvas'));
const NONE: ReadonlySet<string> = new Set();

/** Lines, areas or stacked bars over time, with legend, shared cursor and brush. */
export function TimeSeriesChart({ title, data, options, zone, onZoom }: ChartProps) {
  const series = useMemo(() => seriesOf(data), [data]);
  const [muted, setMuted] = useState(NONE);
  if (series.series.length === 0) {
    return (
      <NoData
        needs={data.rows.length === 0 ? null : 'A time series needs a column of times and one of numbers.'}
      />
    );
  }
  const legend = options.legend ?? 'bottom';
  const text = (value: number | null | undefined) =>
    value == null ? '' : formatValue(value, options.unit, options.decimals);
  return (
    <div className={classes.chart} data-legend={legend}>
      <div className={classes.plot}>
        <Suspense fallback={<div className={plot.skeleton} />}>
          <Canvas data={series} options={options} zone={zone} muted={muted} />
        </Suspense>
        <TimeSeriesOverlay {...{ title, options, zone, muted, onZoom }} data={series} />
      </div>
      {legend !== 'hidden' && (
        <Legend
          entries={series.series.map(({ name, last }) => ({ name, value: last }))}
          hidden={series.hidden}
          options={options}
          muted={muted}
          onMute={setMuted}
        />
      )}
      <ValuesTable
        caption={title}
        head={['Time', ...series.series.map(({ name }) => name)]}
        rows={series.times.map((_, index) => [
          spanName(series, index, index, zone),
          ...series.series.map(({ values }) => text(values[index])),
        ])}
      />
    </div>
  );
}
