import type { ApiClient } from './client';

export const WIDGET_KINDS = [
  'time_series',
  'bar',
  'pie',
  'number',
  'table',
  'heat_map',
  'histogram',
  'top_list',
  'logs',
  'text',
] as const;
export type WidgetKind = (typeof WIDGET_KINDS)[number];

export interface WidgetQuery {
  language: 'search' | 'sql';
  text: string;
  /** A source, in SQL also a connection; `logs` is this server. The dashboard's own unless said. */
  source?: string | null;
}

/** Cells of a grid of 12 columns. */
export interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
}

export interface Widget {
  id: string;
  kind: WidgetKind;
  title: string;
  layout: Place;
  query?: WidgetQuery | null;
  options: Record<string, unknown>;
  /** A range of its own. */
  from?: string | null;
  to?: string | null;
}

export interface Variable {
  name: string;
  label: string;
  type: 'query' | 'list' | 'text';
  multi: boolean;
  values: string[];
  query?: WidgetQuery | null;
  /** Empty is any value. */
  default: string[];
}

/** Records drawn as marks on charts over time; the query is in the search language, without pipes. */
export interface Annotation {
  name: string;
  query: string;
}

export interface Definition {
  /** What all of its queries read unless they say otherwise; what this server stores where it is left out. */
  source?: string | null;
  variables: Variable[];
  widgets: Widget[];
  annotations?: Annotation[];
  /** Seconds; 0 is off. */
  refresh: number;
  from?: string | null;
  to?: string | null;
}

export interface DashboardContent {
  name: string;
  description: string;
  folder: string;
  tags: string[];
  definition: Definition;
}

export interface Dashboard extends DashboardContent {
  id: string;
  favourite: boolean;
  version: number;
  created_at: string;
  updated_at: string;
}

export interface DashboardSummary extends Omit<Dashboard, 'definition'> {
  widgets: number;
}

export interface DashboardTemplate extends DashboardContent {
  id: string;
}

export interface DashboardVersion {
  version: number;
  name: string;
  saved_at: string;
  widgets: number;
}

export type DashboardFile = DashboardContent & { format: string; format_version: number };

const PATH = '/api/v1/dashboards';
const pathOf = (id: string, rest = ''): string => `${PATH}/${encodeURIComponent(id)}${rest}`;

/** The calls about dashboards. */
export const dashboards = {
  list: async (api: ApiClient, signal?: AbortSignal): Promise<DashboardSummary[]> =>
    (await api.call<{ dashboards: DashboardSummary[] }>({ method: 'GET', path: PATH, signal })).dashboards,
  templates: async (api: ApiClient, signal?: AbortSignal): Promise<DashboardTemplate[]> =>
    (
      await api.call<{ templates: DashboardTemplate[] }>({
        method: 'GET',
        path: '/api/v1/dashboard-templates',
        signal,
      })
    ).templates,
  get: (api: ApiClient, id: string, signal?: AbortSignal): Promise<Dashboard> =>
    api.call({ method: 'GET', path: pathOf(id), signal }),
  create: (api: ApiClient, body: DashboardContent): Promise<Dashboard> =>
    api.call({ method: 'POST', path: PATH, body }),
  /** Refused with `dashboard.changed` where `version` is not the last one any more. */
  replace: (api: ApiClient, id: string, body: DashboardContent & { version?: number }): Promise<Dashboard> =>
    api.call({ method: 'PUT', path: pathOf(id), body }),
  remove: (api: ApiClient, id: string): Promise<void> => api.call({ method: 'DELETE', path: pathOf(id) }),
  restore: (api: ApiClient, id: string): Promise<Dashboard> =>
    api.call({ method: 'POST', path: pathOf(id, '/restore') }),
  duplicate: (api: ApiClient, id: string): Promise<Dashboard> =>
    api.call({ method: 'POST', path: pathOf(id, '/duplicate') }),
  mark: (api: ApiClient, id: string, favourite: boolean): Promise<void> =>
    api.call({ method: favourite ? 'PUT' : 'DELETE', path: pathOf(id, '/favourite') }),
  export: (api: ApiClient, id: string): Promise<DashboardFile> =>
    api.call({ method: 'GET', path: pathOf(id, '/export') }),
  import: (api: ApiClient, file: unknown): Promise<Dashboard> =>
    api.call({ method: 'POST', path: `${PATH}/import`, body: file }),
  versions: async (api: ApiClient, id: string, signal?: AbortSignal): Promise<DashboardVersion[]> =>
    (
      await api.call<{ versions: DashboardVersion[] }>({
        method: 'GET',
        path: pathOf(id, '/versions'),
        signal,
      })
    ).versions,
  restoreVersion: (api: ApiClient, id: string, version: number): Promise<Dashboard> =>
    api.call({ method: 'POST', path: pathOf(id, `/versions/${version}/restore`) }),
};
