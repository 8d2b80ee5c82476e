import { formatCount } from '@/lib/format/numbers';
import { formatTick, formatValue } from '@/lib/format/units';
import type { Bin } from './categories';
import plot from './plot.module.css';
import { axisFont, tooltipStyle, type ChartOption } from './echarts';
import type { ChartOptions } from './options';
import { useEchart, type ChartSurface } from './use-echart';

interface HistogramCanvasProps {
  bins: Bin[];
  options: ChartOptions;
}

function optionOf(surface: ChartSurface, { bins, options }: HistogramCanvasProps): ChartOption {
  const { colour } = surface;
  const font = axisFont(surface);
  return {
    animation: false,
    grid: { left: 50, right: 14, top: 8, bottom: 20, containLabel: false },
    tooltip: {
      ...tooltipStyle(surface),
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: colour('--surface-hover'), opacity: 0.6 } },
      formatter: (items) => {
        const bin = bins[(Array.isArray(items) ? items[0] : items)?.dataIndex ?? 0];
        if (bin === undefined) return '';
        return `${formatValue(bin.from, options.unit, options.decimals)} to ${formatValue(bin.to, options.unit, options.decimals)}<br/><b>${formatCount(bin.count)}</b>`;
      },
    },
    xAxis: {
      type: 'category',
      data: bins.map(({ from }) => formatTick(from, options.unit)),
      axisLine: { lineStyle: { color: colour('--border-strong') } },
      axisTick: { show: false },
      axisLabel: { ...font, margin: 6, hideOverlap: true },
    },
    yAxis: {
      type: options.logarithmic === true ? 'log' : 'value',
      splitNumber: 3,
      axisLabel: { ...font, formatter: (value: number) => formatTick(value) },
      splitLine: { lineStyle: { color: colour('--border') } },
    },
    series: [
      {
        type: 'bar',
        data: bins.map(({ count }) => (count === 0 ? '-' : count)),
        barCategoryGap: '4%',
        itemStyle: { color: colour('--series-1') },
        emphasis: { disabled: true },
        cursor: 'default',
      },
    ],
  };
}

export default function HistogramCanvas(props: HistogramCanvasProps) {
  const { sized, host } = useEchart((surface) => optionOf(surface, props), [props.bins, props.options]);
  return (
    <div ref={sized} className={plot.canvas} aria-hidden>
      <div ref={host} className={plot.canvas} />
    </div>
  );
}
