import type { ApiClient } from './client';

export type AttributeColumnType = 'number' | 'text';

/** An attribute that has a column of its own. */
export interface AttributeColumn {
  /** Of the column. */
  name: string;
  /** With its prefix: `attr.NAME` or `resource.NAME`. */
  attribute: string;
  type: AttributeColumnType;
  clickhouse_type: string;
  disk_bytes: number;
  /** Parts of the table that it is not in yet. */
  parts_left: number;
}

export interface NewAttributeColumn {
  attribute: string;
  type: AttributeColumnType;
}

const PATH = '/api/v1/storage/columns';

export async function attributeColumns(api: ApiClient, signal: AbortSignal): Promise<AttributeColumn[]> {
  return (await api.call<{ columns: AttributeColumn[] }>({ method: 'GET', path: PATH, signal })).columns;
}

export function addAttributeColumn(api: ApiClient, body: NewAttributeColumn): Promise<AttributeColumn> {
  return api.call({ method: 'POST', path: PATH, body });
}

export function removeAttributeColumn(api: ApiClient, name: string): Promise<unknown> {
  return api.call({ method: 'DELETE', path: `${PATH}/${encodeURIComponent(name)}` });
}
