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

/** An attribute without a column that queries read often. */
export interface AttributeColumnSuggestion {
  attribute: string;
  type: AttributeColumnType;
  /** Of the last 30 days. */
  queries: number;
  /** What they took in all. */
  seconds: number;
  /** Of the newest records, from 0 to 1: those that have such a value. */
  share: number;
}

export interface AttributeColumnList {
  columns: AttributeColumn[];
  /** The most costly first. */
  suggestions: AttributeColumnSuggestion[];
}

export interface NewAttributeColumn {
  attribute: string;
  type: AttributeColumnType;
}

const PATH = '/api/v1/storage/columns';

export function attributeColumns(api: ApiClient, signal: AbortSignal): Promise<AttributeColumnList> {
  return api.call({ method: 'GET', path: PATH, signal });
}

export function addAttributeColumn(api: ApiClient, body: NewAttributeColumn): Promise<AttributeColumn> {
  return api.call({ method: 'POST', path: PATH, body });
}

export function removeAttributeColumn(api: ApiClient, name: string): Promise<unknown> {
  return api.call({ method: 'DELETE', path: `${PATH}/${encodeURIComponent(name)}` });
}
