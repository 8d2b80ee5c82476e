import { nameOfX } from './heat-map-name';
import { formatValue } from '@/lib/format/units';
import { axisLabels, labelsInside } from '@/lib/time-range/axis';
import type { TimeZone } from '@/lib/time-range/time-zone';
import type { HeatMapData } from './categories';
import plot from './plot.module.css';
import { axisFont, escapeHtml, shortName, tooltipStyle, type ChartOption } from './echarts';
import type { ChartOptions, PickHandler } from './options';
import { useEchart, type ChartSurface } from './use-echart';

interface HeatMapCanvasProps {
  data: HeatMapData;
  options: ChartOptions;
  zone: TimeZone;
  onPick?: PickHandler | undefined;
}

/** Names longer than this are shortened, so that the cells keep the room. */
const MOST_SIDE_PX = 180;

function optionOf(surface: ChartSurface, { data, options, zone, onPick }: HeatMapCanvasProps): ChartOption {
  const { colour, width } = surface;
  const font = axisFont(surface);
  const longest = data.y.reduce((known, name) => Math.max(known, name.length), 0);
  const side = Math.min(longest * 6 + 16, MOST_SIDE_PX, Math.floor(width * 0.35));
  const grid = { left: side, right: 10, top: 6, bottom: 20, containLabel: false };
  const labels = data.xIsTime
    ? labelsInside(axisLabels(data.x as number[], zone, Math.max(Math.floor(width / 96), 2)), width, grid)
    : data.x.map(String);
  return {
    animation: false,
    grid,
    tooltip: {
      ...tooltipStyle(surface),
      trigger: 'item',
      formatter: (item) => {
        const { value } = Array.isArray(item) ? (item[0] ?? {}) : item;
        const [x = 0, y = 0, count = 0] = value as number[];
        return `${escapeHtml(nameOfX(data, x, zone))}<br/>${escapeHtml(data.y[y] ?? '')}: <b>${formatValue(count, options.unit, options.decimals)}</b>`;
      },
    },
    xAxis: {
      type: 'category',
      data: data.x.map((_, index) => labels[index] ?? ''),
      axisLine: { lineStyle: { color: colour('--border-strong') } },
      axisTick: { show: false },
      axisLabel: {
        ...font,
        margin: 6,
        hideOverlap: true,
        ...(data.xIsTime ? { interval: (index: number) => labels[index] != null } : {}),
      },
    },
    yAxis: {
      type: 'category',
      data: data.y,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...font, formatter: (name: string) => shortName(name, Math.floor((side - 12) / 6)) },
    },
    visualMap: {
      show: false,
      min: 0,
      max: options.max ?? data.most,
      // From hardly there to the accent: one hue, so that more is darker (lighter in the dark) for everybody.
      inRange: { color: [colour('--surface-hover'), colour('--accent')] },
    },
    series: [
      {
        type: 'heatmap',
        data: data.cells.filter(({ value }) => value > 0).map(({ x, y, value }) => [x, y, value]),
        itemStyle: { borderColor: colour('--surface'), borderWidth: 1 },
        emphasis: { disabled: true },
        cursor: onPick === undefined ? 'default' : 'pointer',
      },
    ],
  };
}

export default function HeatMapCanvas(props: HeatMapCanvasProps) {
  const { data, options, zone, onPick } = props;
  const filled = data.cells.filter(({ value }) => value > 0);
  const { sized, host } = useEchart(
    (surface) => optionOf(surface, props),
    [data, options, zone, onPick === undefined],
    ({ dataIndex }) => {
      const cell = filled[dataIndex];
      if (cell !== undefined) onPick?.([{ column: data.yColumn, value: data.y[cell.y] ?? '' }]);
    },
  );
  return (
    <div ref={sized} className={plot.canvas} aria-hidden>
      <div ref={host} className={plot.canvas} />
    </div>
  );
}
