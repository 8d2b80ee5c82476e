import { useComputedColorScheme } from '@mantine/core';
import { BarChart, type BarSeriesOption } from 'echarts/charts';
import { GridComponent, type GridComponentOption } from 'echarts/components';
import { init, use as register, type ComposeOption, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import plot from '@/components/charts/plot.module.css';
import { formatCompact } from '@/lib/format/numbers';
import { useElementSize } from '@mantine/hooks';
import type { TimeZone } from '@/lib/time-range/time-zone';
import { axisLabels, labelsInside } from '@/lib/time-range/axis';
import type { HistogramData } from './histogram-data';
import { BUTTONS, PLOT } from './plot';

register([BarChart, GridComponent, CanvasRenderer]);

type Option = ComposeOption<BarSeriesOption | GridComponentOption>;

function optionOf(
  data: HistogramData,
  zone: TimeZone,
  width: number,
  colour: (token: string) => string,
): Option {
  const every = axisLabels(data.times, zone, Math.max(Math.floor(width / 96), 2));
  const labels = labelsInside(every, width, PLOT, BUTTONS);
  const font = { color: colour('--text-faint'), fontFamily: colour('--font-sans'), fontSize: 11 };
  return {
    animation: false,
    grid: { ...PLOT, containLabel: false },
    xAxis: {
      type: 'category',
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
      type: 'value',
      splitNumber: 2,
      minInterval: 1,
      axisLabel: { ...font, formatter: (value: number) => formatCompact(value) },
      splitLine: { lineStyle: { color: colour('--border') } },
    },
    series: data.series.map(({ level, counts }) => ({
      type: 'bar',
      name: level,
      stack: 'rows',
      // An empty bucket has no bar, not one of the least height.
      data: counts.map((count) => (count === 0 ? '-' : count)),
      barCategoryGap: '12%',
      // A single error stays visible beside ten thousand rows of information.
      barMinHeight: level === 'error' || level === 'fatal' ? 2 : 0,
      z: level === 'error' || level === 'fatal' ? 3 : 2,
      itemStyle: { color: colour(`--chart-${level}`) },
      emphasis: { disabled: true },
      cursor: 'default',
    })),
  };
}

/** The bars alone: what happens over them is the brush's. */
export default function Chart({ data, zone }: { data: HistogramData; zone: TimeZone }) {
  const scheme = useComputedColorScheme('light');
  const { ref: sized, width, height } = useElementSize<HTMLDivElement>();
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  useEffect(() => {
    if (host.current === null) return undefined;
    const created = init(host.current, null, { renderer: 'canvas' });
    chart.current = created;
    return () => {
      chart.current = null;
      created.dispose();
    };
  }, []);
  useEffect(() => {
    if (host.current === null || width === 0) return;
    const style = getComputedStyle(host.current);
    chart.current?.resize({ width, height });
    chart.current?.setOption(
      optionOf(data, zone, width, (token) => style.getPropertyValue(token).trim()),
      { notMerge: true },
    );
  }, [data, zone, width, height, scheme]);
  return (
    <div ref={sized} className={plot.canvas} aria-hidden>
      <div ref={host} className={plot.canvas} />
    </div>
  );
}
