import type { WidgetKind } from '@/api/dashboards';

export const KIND_NAMES: Record<WidgetKind, string> = {
  time_series: 'Time series',
  bar: 'Bars',
  pie: 'Pie',
  number: 'Number',
  table: 'Table',
  heat_map: 'Heat map',
  histogram: 'Histogram',
  top_list: 'Top list',
  logs: 'Log rows',
  text: 'Text (Markdown)',
};
