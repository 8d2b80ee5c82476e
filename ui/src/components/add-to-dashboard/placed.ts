import type { Definition, WidgetQuery } from '@/api/dashboards';
import { LOCAL_SOURCE } from '@/api/sources';
import { foreignSource } from '@/components/sources/known-sources';

/** The query as it stands on a dashboard: it names its source only where the dashboard has another one. */
export function placed(query: WidgetQuery, definition: Pick<Definition, 'source'>): WidgetQuery {
  const { source, ...rest } = query;
  const [wanted, given] = [foreignSource(source), foreignSource(definition.source)];
  return wanted === given ? rest : { ...rest, source: wanted ?? LOCAL_SOURCE };
}
