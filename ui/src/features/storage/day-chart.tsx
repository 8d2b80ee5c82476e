import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { BarChart, type BarSeriesOption } from 'echarts/charts';
import {
  GridComponent,
  TooltipComponent,
  type GridComponentOption,
  type TooltipComponentOption,
} from 'echarts/components';
import { init, use as register, type ComposeOption, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { formatBytes, formatCountOf } from '@/lib/format/numbers';
import type { DayBar } from './day-bars';
import classes from './storage.module.css';

register([BarChart, GridComponent, TooltipComponent, CanvasRenderer]);

type Option = ComposeOption<BarSeriesOption | GridComponentOption | TooltipComponentOption>;

function optionOf(bars: DayBar[], colour: (token: string) => string): Option {
  const isOneYear = bars.at(0)?.day.slice(0, 4) === bars.at(-1)?.day.slice(0, 4);
  const font = { color: colour('--text-faint'), fontFamily: colour('--font-sans'), fontSize: 11 };
  const series = (name: string, bytes: (bar: DayBar) => number, fill: string): BarSeriesOption => ({
    type: 'bar',
    name,
    stack: 'bytes',
    // A day without rows has no bar, not one of the least height.
    data: bars.map((bar) => (bytes(bar) === 0 ? '-' : bytes(bar))),
    barMaxWidth: 28,
    barCategoryGap: '18%',
    barMinHeight: 1,
    itemStyle: { color: fill },
    emphasis: { disabled: true },
    cursor: 'default',
  });
  return {
    animation: false,
    grid: { left: 64, right: 12, top: 12, bottom: 24, containLabel: false },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow', shadowStyle: { color: colour('--surface-hover'), opacity: 0.6 } },
      backgroundColor: colour('--surface-raised'),
      borderColor: colour('--border-strong'),
      borderWidth: 1,
      padding: [6, 8],
      textStyle: { color: colour('--text'), fontFamily: colour('--font-sans'), fontSize: 12 },
      extraCssText: 'box-shadow: none',
      transitionDuration: 0,
      // All of it is figures and a day that the server wrote.
      formatter: (items) => {
        const index = (Array.isArray(items) ? items[0] : items)?.dataIndex ?? 0;
        const bar = bars[index];
        return bar === undefined ? '' : tooltipLines(bar).join('<br/>');
      },
    },
    xAxis: {
      type: 'category',
      data: bars.map(({ day }) => (isOneYear ? day.slice(5) : day)),
      axisLine: { lineStyle: { color: colour('--border-strong') } },
      axisTick: { show: false },
      axisLabel: { ...font, margin: 8, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      splitNumber: 3,
      axisLabel: { ...font, formatter: (value: number) => formatBytes(value) },
      splitLine: { lineStyle: { color: colour('--border') } },
    },
    series: [
      series('cold volume', (bar) => bar.cold_bytes, colour('--chart-debug')),
      series('disk', (bar) => bar.disk_bytes - bar.cold_bytes, colour('--chart-info')),
    ],
  };
}

function tooltipLines({ day, rows, raw_bytes, disk_bytes, cold_bytes }: DayBar): string[] {
  if (rows === 0) return [day, 'no rows'];
  const lines = [day, formatCountOf(rows, 'row'), `${formatBytes(disk_bytes)} on disk`];
  if (cold_bytes > 0) lines.push(`${formatBytes(cold_bytes)} of it on the cold volume`);
  return [...lines, `${formatBytes(raw_bytes)} before compression`];
}

/** Bytes on disk by day. The table below it says the same to those who do not see it. */
export default function DayChart({ bars }: { bars: DayBar[] }) {
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
      optionOf(bars, (token) => style.getPropertyValue(token).trim()),
      { notMerge: true },
    );
  }, [bars, width, height, scheme]);
  return (
    <div ref={sized} className={classes.chart} aria-hidden>
      <div ref={host} className={classes.chart} />
    </div>
  );
}
