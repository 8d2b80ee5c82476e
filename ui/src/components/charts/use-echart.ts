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
    return () => {
      chart.current = null;
      created.dispose();
    };
  }, []);
  useEffect(() => {
    if (host.current === null || width === 0 || height === 0) return;
    const style = getComputedStyle(host.current);
    chart.current?.resize({ width, height });
    const colour = (token: string) => style.getPropertyValue(token).trim();
    chart.current?.setOption(latest.current.optionOf({ width, height, colour }), { notMerge: true });
    // The array of inputs is the caller's, and always of one length.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [width, height, scheme, ...inputs]);
  return { sized, host };
}
