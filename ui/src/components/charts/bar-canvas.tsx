import { use } from 'react';
import { formatTick, formatValue } from '@/lib/format/units';
import type { CategoryData } from './categories';
import plot from './plot.module.css';
import { axisFont, escapeHtml, shortName, tooltipStyle, type ChartOption } from './echarts';
import { toneOf, type ChartOptions, type PickHandler } from './options';
import { SeriesColoursContext, type SeriesColours } from './palette';
import { useEchart, type ChartSurface } from './use-echart';

interface BarCanvasProps {
  data: CategoryData;
  options: ChartOptions;
  onPick?: PickHandler | undefined;
}

function optionOf(
  surface: ChartSurface,
  colours: SeriesColours,
  { data, options, onPick }: BarCanvasProps,
): ChartOption {
  const { colour, width } = surface;
  const font = axisFont(surface);
  const isFlat = options.horizontal === true;
  const names = data.categories.map(({ name }) => name);
  const longest = names.reduce((known, name) => Math.max(known, name.length), 0);
  const side = isFlat ? Math.min(longest * 6 + 16, Math.floor(width * 0.4)) : 50;
  const room = isFlat
    ? Math.floor((side - 12) / 6)
    : Math.max(Math.floor(width / Math.max(names.length, 1) / 6), 6);
  const valueAxis = {
    type: options.logarithmic === true ? ('log' as const) : ('value' as const),
    splitNumber: 3,
    ...(options.min == null ? {} : { min: options.min }),
    ...(options.max == null ? {} : { max: options.max }),
    axisLabel: { ...font, hideOverlap: true, formatter: (value: number) => formatTick(value, options.unit) },
    splitLine: { lineStyle: { color: colour('--border') } },
  };
  const nameAxis = {
    type: 'category' as const,
    data: names,
    inverse: isFlat,
    axisLine: { lineStyle: { color: colour('--border-strong') } },
    axisTick: { show: false },
    axisLabel: { ...font, margin: 6, hideOverlap: true, formatter: (name: string) => shortName(name, room) },
  };
  const isAlone = data.measures.length === 1;
  return {
    animation: false,
    grid: { left: side, right: isFlat ? 24 : 10, top: 8, bottom: 22, containLabel: false },
    tooltip: {
      ...tooltipStyle(surface),
      trigger: 'item',
      formatter: (item) => {
        const { name, seriesName, value } = Array.isArray(item) ? (item[0] ?? {}) : item;
        const figure = formatValue(Number(value), options.unit, options.decimals);
        return `${escapeHtml(String(name))}<br/>${isAlone ? '' : `${escapeHtml(String(seriesName))}: `}<b>${figure}</b>`;
      },
    },
    xAxis: isFlat ? valueAxis : nameAxis,
    yAxis: isFlat ? nameAxis : valueAxis,
    series: data.measures.map((measure, index) => ({
      type: 'bar',
      name: measure,
      data: data.categories.map(({ values }) => {
        const value = values[index] ?? 0;
        const tone = toneOf(value, options.thresholds);
        const plain = isAlone ? '--series-1' : colours.tokenOf(measure);
        const token = tone === null ? plain : `--${tone}`;
        return { value, itemStyle: { color: colour(token) } };
      }),
      barMaxWidth: 36,
      barCategoryGap: '22%',
      emphasis: { disabled: true },
      cursor: onPick === undefined ? 'default' : 'pointer',
    })),
  };
}

export default function BarCanvas(props: BarCanvasProps) {
  const colours = use(SeriesColoursContext);
  const { data, options, onPick } = props;
  const { sized, host } = useEchart(
    (surface) => optionOf(surface, colours, props),
    [data, options, onPick === undefined],
    ({ dataIndex }) => onPick?.(data.categories[dataIndex]?.keys ?? []),
  );
  return (
    <div ref={sized} className={plot.canvas} aria-hidden>
      <div ref={host} className={plot.canvas} />
    </div>
  );
}
