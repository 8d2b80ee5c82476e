import { lazy, Suspense, useMemo } from 'react';
import { formatCount } from '@/lib/format/numbers';
import { formatValue } from '@/lib/format/units';
import { binsOf, heatMapOf } from './categories';
import type { ChartProps } from './chart-props';
import classes from './charts.module.css';
import plot from './plot.module.css';
import { nameOfX } from './heat-map-name';
import { NoData } from './no-data';
import { ValuesTable } from './values-table';

const HeatMapCanvas = lazy(() => import('./heat-map-canvas'));
const HistogramCanvas = lazy(() => import('./histogram-canvas'));

/** Values by two names, or by time and a name: the more, the stronger. */
export function HeatMapChart({ title, data, options, zone, onPick }: ChartProps) {
  const map = useMemo(() => heatMapOf(data), [data]);
  if (data.rows.length === 0) return <NoData needs={null} />;
  if (map === null) return <NoData needs="A heat map needs a time or a name, a second name, and a number." />;
  return (
    <div className={classes.chart} data-legend="hidden">
      <div className={classes.plot}>
        <Suspense fallback={<div className={plot.skeleton} />}>
          <HeatMapCanvas data={map} options={options} zone={zone} onPick={onPick} />
        </Suspense>
      </div>
      <ValuesTable
        caption={title}
        head={['Where', map.yColumn, 'Value']}
        rows={map.cells.map(({ x, y, value }) => [
          nameOfX(map, x, zone),
          map.y[y] ?? '',
          formatValue(value, options.unit, options.decimals),
        ])}
      />
    </div>
  );
}

/** How often numbers occur. */
export function HistogramChart({ title, data, options }: ChartProps) {
  const bins = useMemo(() => binsOf(data), [data]);
  if (bins.length === 0)
    return <NoData needs={data.rows.length === 0 ? null : 'A histogram needs a column of numbers.'} />;
  const text = (value: number) => formatValue(value, options.unit, options.decimals);
  return (
    <div className={classes.chart} data-legend="hidden">
      <div className={classes.plot}>
        <Suspense fallback={<div className={plot.skeleton} />}>
          <HistogramCanvas bins={bins} options={options} />
        </Suspense>
      </div>
      <ValuesTable
        caption={title}
        head={['Range', 'Count']}
        rows={bins.map(({ from, to, count }) => [`${text(from)} to ${text(to)}`, formatCount(count)])}
      />
    </div>
  );
}
