import {
  BarChart,
  HeatmapChart,
  LineChart,
  PieChart,
  type BarSeriesOption,
  type HeatmapSeriesOption,
  type LineSeriesOption,
  type PieSeriesOption,
} from 'echarts/charts';
import {
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  type GridComponentOption,
  type MarkLineComponentOption,
  type TooltipComponentOption,
  type VisualMapComponentOption,
} from 'echarts/components';
import { init, use as register, type ComposeOption, type EChartsType } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import type { ChartSurface } from './use-echart';

register([
  BarChart,
  HeatmapChart,
  LineChart,
  PieChart,
  GridComponent,
  MarkLineComponent,
  TooltipComponent,
  VisualMapComponent,
  CanvasRenderer,
]);

export type ChartOption = ComposeOption<
  | BarSeriesOption
  | HeatmapSeriesOption
  | LineSeriesOption
  | PieSeriesOption
  | GridComponentOption
  | MarkLineComponentOption
  | TooltipComponentOption
  | VisualMapComponentOption
>;

export function initChart(element: HTMLDivElement): EChartsType {
  return init(element, null, { renderer: 'canvas' });
}

export function axisFont({ colour }: ChartSurface) {
  return { color: colour('--text-faint'), fontFamily: colour('--font-sans'), fontSize: 11 };
}

export function tooltipStyle({ colour }: ChartSurface): TooltipComponentOption {
  return {
    confine: true,
    backgroundColor: colour('--surface-raised'),
    borderColor: colour('--border-strong'),
    borderWidth: 1,
    padding: [6, 8],
    textStyle: { color: colour('--text'), fontFamily: colour('--font-sans'), fontSize: 12 },
    extraCssText: 'box-shadow: none',
    transitionDuration: 0,
  };
}

/** Tooltips are HTML, and what they name comes from records. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Cut where it would not fit beside an axis. */
export function shortName(name: string, characters: number): string {
  return name.length <= characters ? name : `${name.slice(0, Math.max(characters - 1, 1))}…`;
}
