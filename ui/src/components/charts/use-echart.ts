import { useComputedColorScheme } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import type { EChartsType } from 'echarts/core';
import { useEffect, useRef, type RefObject } from 'react';
import { initChart, type ChartOption } from './echarts';

export interface ChartSurface {
  width: number;
  height: number;
  /** The value of a custom property of tokens.css in the theme of now. */
  colour: (token: string) => string;
}

/**
 * An ECharts canvas that fills an element and follows its size and the theme. `optionOf` runs again when `inputs`
 * change. The canvas is for the eye alone: what it says stands in a table beside it.
 */
export function useEchart(
  optionOf: (surface: ChartSurface) => ChartOption,
  inputs: readonly unknown[],
  onPick?: (index: { dataIndex: number; seriesIndex: number }) => void,
): { sized: (node: HTMLDivElement | null) => void; host: RefObject<HTMLDivElement | null> } {
  const scheme = useComputedColorScheme('light');
  const { ref: sized, width, height } = useElementSize<HTMLDivElement>();
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const drawn = useRef<readonly unknown[]>([]);
  const latest = useRef({ optionOf, onPick });
  useEffect(() => {
    latest.current = { optionOf, onPick };
  });
  useEffect(() => {
    if (host.current === null) return undefined;
    const created = initChart(host.current);
    created.on('click', ({ dataIndex, seriesIndex }) =>
      latest.current.onPick?.({ dataIndex, seriesIndex: seriesIndex ?? 0 }),
    );
    chart.current = created;
    drawn.current = [];
    return () => {
      chart.current = null;
      created.dispose();
    };
  }, []);
  useEffect(() => {
    const state = [width, height, scheme, ...inputs];
    const isDrawn =
      state.length === drawn.current.length && state.every((part, at) => Object.is(part, drawn.current[at]));
    if (isDrawn || host.current === null || width === 0 || height === 0) return;
    drawn.current = state;
    const style = getComputedStyle(host.current);
    chart.current?.resize({ width, height });
    const colour = (token: string) => style.getPropertyValue(token).trim();
    chart.current?.setOption(latest.current.optionOf({ width, height, colour }), { notMerge: true });
  });
  return { sized, host };
}
