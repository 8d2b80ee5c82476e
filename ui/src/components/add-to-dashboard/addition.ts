import type { Definition, WidgetKind, WidgetQuery } from '@/api/dashboards';

export interface AddedKind {
  value: WidgetKind;
  label: string;
  /** How it is drawn, where the default of its kind is not meant. */
  options?: Record<string, unknown>;
}

/** A parameter of a statement with the value that it ran with: none is null or empty, a list has several. */
export interface AddedParameter {
  name: string;
  /** ClickHouse's. */
  type: string;
  values: string[];
}

/** What is put on a dashboard as a widget. */
export interface Addition {
  title: string;
  query: WidgetQuery;
  parameters?: AddedParameter[];
  /** What the widget may show, the first suggested. */
  kinds: AddedKind[];
  /** The time range of a new dashboard: that of what is added, so that it shows the same. */
  range: Pick<Definition, 'from' | 'to'>;
}

const TITLE_LENGTH = 60;

/** A query as the title of its widget. */
export function titleOf(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= TITLE_LENGTH ? line : `${line.slice(0, TITLE_LENGTH - 1).trimEnd()}…`;
}
