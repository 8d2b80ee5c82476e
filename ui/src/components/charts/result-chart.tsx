import { BarChart, PieChart } from './category-charts';
import type { ChartProps } from './chart-props';
import { HeatMapChart, HistogramChart } from './distribution-charts';
import { NumberView } from './number-view';
import type { ChartKind } from './options';
import { ResultTable } from './result-table';
import { TimeSeriesChart } from './time-series-chart';
import { TopList } from './top-list';

const VIEWS: Record<ChartKind, (props: ChartProps) => React.ReactNode> = {
  time_series: TimeSeriesChart,
  bar: BarChart,
  pie: PieChart,
  number: NumberView,
  table: ResultTable,
  heat_map: HeatMapChart,
  histogram: HistogramChart,
  top_list: TopList,
};

/** An answer as one kind of chart. It fills its parent, which gives it a size. */
export function ResultChart({ kind, ...props }: ChartProps & { kind: ChartKind }) {
  const View = VIEWS[kind];
  return <View {...props} />;
}
