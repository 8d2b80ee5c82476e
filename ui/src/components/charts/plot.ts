import type { ChartOptions } from './options';

export interface Plot {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Where the values are inside a chart, in pixels from its edges; what lies over them takes the same. */
export function plotOf(options: ChartOptions): Plot {
  const hasTitle = options.axis_title !== undefined && options.axis_title !== '';
  return { left: hasTitle ? 66 : 50, right: 10, top: 8, bottom: 20 };
}
