import type { Definition, Widget, WidgetQuery } from '@/api/dashboards';
import { foreignSource, sourceName } from '@/components/sources/known-sources';

/** What a query reads: its own source, else the dashboard's; `undefined` is what this server stores. */
export function sourceOf(
  query: WidgetQuery | null | undefined,
  definition: Pick<Definition, 'source'>,
): string | undefined {
  return foreignSource(query?.source ?? definition.source);
}

/** What a query that names no source reads, as a choice. */
export function ownSource(definition: Pick<Definition, 'source'>): string {
  return `As the dashboard (${sourceName(definition.source)})`;
}

/** The widget, or where it has no source of its own the dashboard, with another one. */
export function withSource(definition: Definition, widget: Widget, source: string): Definition {
  const { query } = widget;
  if (query?.source == null) return { ...definition, source: foreignSource(source) ?? null };
  const widgets = definition.widgets.map((one) =>
    one.id === widget.id ? { ...one, query: { ...query, source } } : one,
  );
  return { ...definition, widgets };
}
