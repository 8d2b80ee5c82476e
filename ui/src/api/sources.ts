import { useQuery } from '@tanstack/react-query';
import { useApi, type ApiClient } from './client';
import type { LogRow } from './types';

/** How another ClickHouse server is reached, but for its secrets. */
export interface ConnectionSettings {
  url: string;
  user: string;
  database: string;
  cluster: string | null;
  compression: boolean;
  proxy: string | null;
  ca: string | null;
  certificate: string | null;
}

export interface Connection extends ConnectionSettings {
  id: string;
  name: string;
  has_password: boolean;
  has_key: boolean;
  /** In the configuration file; it can't be changed here. */
  is_configured: boolean;
  version: number;
}

/** A secret that is left out stays as it is; an empty one is removed. */
export interface ConnectionChange extends ConnectionSettings {
  name: string;
  password?: string;
  key?: string;
}

export interface CheckStep {
  name: string;
  state: 'ok' | 'warning' | 'failed' | 'skipped';
  message: string;
  hint?: string;
  elapsed_ms: number;
}

export interface ConnectionTest {
  ok: boolean;
  steps: CheckStep[];
}

export interface RemoteTable {
  database: string;
  name: string;
  engine: string;
  rows: number | null;
  bytes: number | null;
}

export interface TableColumn {
  name: string;
  type: string;
  default_kind: string;
}

export interface MappedColumn {
  name: string;
  type: string;
  /** A key of the map or a path into the JSON that the column holds. */
  path?: string;
  unit?: 'seconds' | 'milliseconds' | 'microseconds' | 'nanoseconds';
}

export const SINGLE_FIELDS = ['time', 'message', 'level', 'service', 'host', 'trace_id', 'span_id'] as const;
export type SingleField = (typeof SINGLE_FIELDS)[number];

export interface Mapping extends Record<Exclude<SingleField, 'time'>, MappedColumn | null> {
  database: string;
  table: string;
  cluster?: string;
  time: MappedColumn;
  level_number: MappedColumn | null;
  id: MappedColumn | null;
  attributes: MappedColumn[];
  resource: MappedColumn[];
  columns: MappedColumn[];
  others: Record<string, MappedColumn>;
  key_times: MappedColumn[];
  has_text_index: boolean;
}

export interface Limit {
  code: string;
  message: string;
}

export interface Proposal {
  kind: string;
  mapping: Mapping;
  columns: TableColumn[];
  engine: string;
  sorting_key: string;
  partition_key: string;
  rows: number | null;
  bytes: number | null;
  limits: Limit[];
}

export interface SourcePreview {
  rows: LogRow[];
  sql: string;
  mapping: Mapping;
  limits: Limit[];
}

export interface Source {
  id: string;
  name: string;
  /** Null for what the server stores itself. */
  connection_id: string | null;
  kind: string;
  database: string;
  table: string;
  mapping: Mapping | null;
  version: number;
}

export interface SourceChange {
  name: string;
  connection_id: string;
  kind: string;
  mapping: Mapping;
}

/** The source that the server stores itself. */
export const LOCAL_SOURCE = 'logs';

const CONNECTIONS = '/api/v1/connections';
const SOURCES = '/api/v1/sources';
const at = (path: string, id: string) => `${path}/${encodeURIComponent(id)}`;

/** The calls that are about other ClickHouse servers and their tables. */
export const sources = {
  async connections(api: ApiClient, signal?: AbortSignal): Promise<Connection[]> {
    return (await api.call<{ connections: Connection[] }>({ method: 'GET', path: CONNECTIONS, signal }))
      .connections;
  },
  saveConnection(api: ApiClient, body: ConnectionChange, known: Connection | null): Promise<Connection> {
    return known === null
      ? api.call({ method: 'POST', path: CONNECTIONS, body })
      : api.call({
          method: 'PUT',
          path: at(CONNECTIONS, known.id),
          body: { ...body, version: known.version },
        });
  },
  deleteConnection(api: ApiClient, id: string): Promise<void> {
    return api.call({ method: 'DELETE', path: at(CONNECTIONS, id) });
  },
  testConnection(
    api: ApiClient,
    body: ConnectionChange,
    id: string | undefined,
    signal?: AbortSignal,
  ): Promise<ConnectionTest> {
    return api.call({ method: 'POST', path: `${CONNECTIONS}/test`, body: { ...body, id }, signal });
  },
  testStored(api: ApiClient, id: string, signal?: AbortSignal): Promise<ConnectionTest> {
    return api.call({ method: 'POST', path: `${at(CONNECTIONS, id)}/test`, body: {}, signal });
  },
  async tables(api: ApiClient, id: string, signal?: AbortSignal): Promise<RemoteTable[]> {
    const path = `${at(CONNECTIONS, id)}/tables`;
    return (await api.call<{ tables: RemoteTable[] }>({ method: 'GET', path, signal })).tables;
  },
  async list(api: ApiClient, signal?: AbortSignal): Promise<Source[]> {
    return (await api.call<{ sources: Source[] }>({ method: 'GET', path: SOURCES, signal })).sources;
  },
  propose(
    api: ApiClient,
    body: { connection_id: string; database: string; table: string },
    signal?: AbortSignal,
  ): Promise<Proposal> {
    return api.call({ method: 'POST', path: `${SOURCES}/propose`, body, signal });
  },
  preview(
    api: ApiClient,
    body: { connection_id: string; mapping: Mapping },
    signal?: AbortSignal,
  ): Promise<SourcePreview> {
    return api.call({ method: 'POST', path: `${SOURCES}/preview`, body, signal });
  },
  save(api: ApiClient, body: SourceChange, known: Source | null): Promise<Source> {
    return known === null
      ? api.call({ method: 'POST', path: SOURCES, body })
      : api.call({ method: 'PUT', path: at(SOURCES, known.id), body: { ...body, version: known.version } });
  },
  delete(api: ApiClient, id: string): Promise<void> {
    return api.call({ method: 'DELETE', path: at(SOURCES, id) });
  },
};

/** All sources, the server's own first. */
export function useSources() {
  const api = useApi();
  return useQuery({
    queryKey: ['sources'],
    queryFn: ({ signal }) => sources.list(api, signal),
    staleTime: 60_000,
  });
}
