import { use } from 'react';
import { formatValue } from '@/lib/format/units';
import type { CategoryData } from './categories';
import plot from './plot.module.css';
import { escapeHtml, tooltipStyle, type ChartOption } from './echarts';
import type { ChartOptions, PickHandler } from './options';
import { SeriesColoursContext, type SeriesColours } from './palette';
import { useEchart, type ChartSurface } from './use-echart';

interface PieCanvasProps {
  data: CategoryData;
  options: ChartOptions;
  muted: ReadonlySet<string>;
  onPick?: PickHandler | undefined;
}

function optionOf(
  surface: ChartSurface,
  colours: SeriesColours,
  { data, options, muted, onPick }: PieCanvasProps,
): ChartOption {
  const { colour } = surface;
  return {
    animation: false,
    tooltip: {
      ...tooltipStyle(surface),
      trigger: 'item',
      formatter: (item) => {
        const { name, value, percent } = Array.isArray(item) ? (item[0] ?? {}) : item;
        const share = formatValue(percent ?? 0, 'percent');
        return `${escapeHtml(String(name))}<br/><b>${formatValue(Number(value), options.unit, options.decimals)}</b>, ${share}`;
      },
    },
    series: [
      {
        type: 'pie',
        radius: ['52%', '88%'],
        label: { show: false },
        labelLine: { show: false },
        emphasis: { scale: false },
        cursor: onPick === undefined ? 'default' : 'pointer',
        itemStyle: { borderColor: colour('--surface'), borderWidth: 1 },
        data: data.categories
          .filter(({ name }) => !muted.has(name))
          .map(({ name, values }) => ({
            name,
            value: values[0] ?? 0,
            itemStyle: { color: colour(colours.tokenOf(name)) },
          })),
      },
    ],
  };
}

export default function PieCanvas(props: PieCanvasProps) {
  const colours = use(SeriesColoursContext);
  const { data, options, muted, onPick } = props;
  const shown = data.categories.filter(({ name }) => !muted.has(name));
  const { sized, host } = useEchart(
    (surface) => optionOf(surface, colours, props),
    [data, options, muted, onPick === undefined],
    ({ dataIndex }) => onPick?.(shown[dataIndex]?.keys ?? []),
  );
  return (
    <div ref={sized} className={plot.canvas} aria-hidden>
      <div ref={host} className={plot.canvas} />
    </div>
  );
}
