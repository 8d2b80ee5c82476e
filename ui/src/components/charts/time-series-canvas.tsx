import type { LineSeriesOption } from 'echarts/charts';
import { use } from 'react';
import { formatTick } from '@/lib/format/units';
import { axisLabels, labelsInside } from '@/lib/time-range/axis';
import type { TimeZone } from '@/lib/time-range/time-zone';
import plot from './plot.module.css';
import { axisFont, type ChartOption } from './echarts';
import type { ChartOptions } from './options';
import { SeriesColoursContext, type SeriesColours } from './palette';
import { plotOf } from './plot';
import type { SeriesData } from './series';
import { useEchart, type ChartSurface } from './use-echart';

interface CanvasProps {
  data: SeriesData;
  options: ChartOptions;
  zone: TimeZone;
  /** Names of series that are not drawn. */
  muted: ReadonlySet<string>;
}

function optionOf(
  surface: ChartSurface,
  colours: SeriesColours,
  { data, options, zone, muted }: CanvasProps,
): ChartOption {
  const { colour, width } = surface;
  const font = axisFont(surface);
  const plotted = plotOf(options);
  const every = axisLabels(data.times, zone, Math.max(Math.floor(width / 96), 2));
  const labels = labelsInside(every, width, plotted);
  const style = options.style ?? 'line';
  const shown = data.series.filter(({ name }) => !muted.has(name));
  // Lines of hundreds of points need no dots; a lone point has no line.
  const withDots = data.times.length <= 2;
  const thresholds: LineSeriesOption['markLine'] = {
    silent: true,
    symbol: 'none',
    label: { show: false },
    data: (options.thresholds ?? []).map(({ value, tone }) => ({
      yAxis: value,
      lineStyle: { color: colour(`--${tone}`), type: 'dashed', width: 1 },
    })),
  };
  return {
    animation: false,
    grid: { ...plotted, containLabel: false },
    xAxis: {
      type: 'category',
      boundaryGap: true,
      data: data.times.map((_, index) => labels[index] ?? ''),
      axisLine: { lineStyle: { color: colour('--border-strong') } },
      axisTick: { show: false },
      axisLabel: {
        ...font,
        interval: (index: number) => labels[index] != null,
        margin: 6,
        hideOverlap: true,
      },
    },
    yAxis: {
      type: options.logarithmic === true ? 'log' : 'value',
      splitNumber: 3,
      ...(options.min == null ? {} : { min: options.min }),
      ...(options.max == null ? {} : { max: options.max }),
      ...(options.axis_title === undefined || options.axis_title === ''
        ? {}
        : { name: options.axis_title, nameLocation: 'middle', nameGap: 40, nameTextStyle: font }),
      axisLabel: { ...font, formatter: (value: number) => formatTick(value, options.unit) },
      splitLine: { lineStyle: { color: colour('--border') } },
    },
    series: shown.map(({ name, values }, index) => {
      const fill = colour(colours.tokenOf(name));
      // A logarithm has no zero.
      const drawn = values.map((value) =>
        value === null || (value <= 0 && options.logarithmic === true) ? '-' : value,
      );
      const mark = index === 0 ? { markLine: thresholds } : {};
      const shared = {
        name,
        data: drawn,
        silent: true,
        emphasis: { disabled: true },
        itemStyle: { color: fill },
        ...mark,
      };
      if (style === 'stacked_bar') {
        return {
          ...shared,
          type: 'bar',
          stack: 'all',
          barCategoryGap: '12%',
          data: drawn.map((value) => (value === 0 ? '-' : value)),
        };
      }
      return {
        ...shared,
        type: 'line',
        showSymbol: withDots,
        symbol: 'circle',
        symbolSize: 5,
        lineStyle: { width: 1.5, color: fill },
        ...(style === 'area' ? { stack: 'all', areaStyle: { color: fill, opacity: 0.28 } } : {}),
      };
    }),
  };
}

/** The lines or bars alone: pointing, reading and zooming are the overlay's. */
export default function TimeSeriesCanvas(props: CanvasProps) {
  const colours = use(SeriesColoursContext);
  const { data, options, zone, muted } = props;
  const { sized, host } = useEchart(
    (surface) => optionOf(surface, colours, props),
    [data, options, zone, muted],
  );
  return (
    <div ref={sized} className={plot.canvas} aria-hidden>
      <div ref={host} className={plot.canvas} />
    </div>
  );
}
