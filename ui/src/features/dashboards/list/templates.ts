import type { DashboardContent, Widget, WidgetQuery } from '@/api/dashboards';
import type { Mapping, Source } from '@/api/sources';
import { identifier } from '@/components/sql-editor/sql-text';

/** Columns of OpenTelemetry's table, which the statements of templates name. */
export function isOpenTelemetry(mapping: Mapping | null): boolean {
  if (mapping === null) return false;
  const isWhole = (column: { name: string; path?: string } | null, name: string): boolean =>
    column?.name === name && column.path === undefined;
  return (
    isWhole(mapping.time, 'Timestamp') &&
    isWhole(mapping.message, 'Body') &&
    isWhole(mapping.level_number, 'SeverityNumber') &&
    isWhole(mapping.service, 'ServiceName') &&
    mapping.attributes.some((column) => isWhole(column, 'LogAttributes')) &&
    mapping.resource.some((column) => isWhole(column, 'ResourceAttributes'))
  );
}

function tableOf({ database, table, cluster }: Mapping): string {
  const name = `${identifier(database)}.${identifier(table)}`;
  if (cluster === undefined) return name;
  return `cluster('${cluster.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}', ${name})`;
}

/** A dashboard over a source: its statements read the source's table in place of ours. */
export function ofSource(content: DashboardContent, source: Source): DashboardContent {
  const { definition } = content;
  const { mapping } = source;
  const moved = <T extends { query?: WidgetQuery | null }>(one: T): T => {
    if (one.query?.language !== 'sql' || mapping === null) return one;
    const text = one.query.text.replaceAll(/\bFROM otel_logs\b/g, () => `FROM ${tableOf(mapping)}`);
    return { ...one, query: { ...one.query, text } };
  };
  return {
    ...content,
    name: `${content.name}, ${source.name}`,
    definition: {
      ...definition,
      source: source.name,
      variables: definition.variables.map(moved),
      widgets: definition.widgets.map(moved),
    },
  };
}

const search = (
  kind: Widget['kind'],
  title: string,
  text: string,
  [x, y, w, h]: [number, number, number, number],
  options: Widget['options'] = {},
): Widget => ({
  id: title.toLowerCase().replaceAll(' ', '-'),
  kind,
  title,
  layout: { x, y, w, h },
  query: { language: 'search', text },
  options,
});

/** In the search language, which every source knows. */
export const OVERVIEW: DashboardContent = {
  name: 'Overview',
  description: 'Rows by level, errors and services of any source, in the search language.',
  folder: '',
  tags: [],
  definition: {
    variables: [],
    refresh: 0,
    from: 'now-1h',
    to: 'now',
    widgets: [
      search('number', 'Rows', '*', [0, 0, 3, 3]),
      search('number', 'Errors', 'level:>=error', [3, 0, 3, 3], { more_is_worse: true }),
      search('pie', 'Levels', '*', [6, 0, 6, 7]),
      search('top_list', 'Services', '* | top 10 service', [0, 3, 6, 4]),
      search('time_series', 'Rows over time', '*', [0, 7, 12, 6], { style: 'stacked_bar' }),
      search('logs', 'Newest errors', 'level:>=error', [0, 13, 12, 7]),
    ],
  },
};
