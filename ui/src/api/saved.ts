import type { ApiClient } from './client';

export type QueryLanguage = 'search' | 'sql';
export type ParameterValue = string | number | boolean | null | (string | number)[];

/** A value that is asked for when a saved query is run: `$name` in a search, `{name:Type}` in SQL. */
export interface SavedParameter {
  name: string;
  /** In a search `text`, `wildcards`, `number` or `word`; in SQL a type of ClickHouse. */
  type: string;
  description?: string;
  default: ParameterValue;
  /** The values that are allowed; any where it is empty. */
  values: ParameterValue[];
  /** SQL whose first column has values to choose from. */
  values_query: string | null;
  /** Without a value the test in which it stands is left out. */
  optional: boolean;
}

/** What a user says of a saved query: what versions and files hold. */
export interface SavedContent {
  name: string;
  description: string;
  folder: string;
  tags: string[];
  language: QueryLanguage;
  text: string;
  from: string | null;
  to: string | null;
  parameters: SavedParameter[];
  /** The source that it reads, in SQL also a connection; what this server stores unless said. */
  source?: string | null;
  visibility: 'private' | 'shared';
}

export interface SavedQuery extends SavedContent {
  id: string;
  owner: string;
  favourite: boolean;
  version: number;
  created_at: string;
  updated_at: string;
  deleted_at: string | null;
  last_used_at: string | null;
  last_run_at: string | null;
  last_run_ms: number | null;
}

export interface NameCount {
  name: string;
  count: number;
}

export interface SavedQueryList {
  items: SavedQuery[];
  folders: NameCount[];
  tags: NameCount[];
}

export interface QueryTemplate extends SavedContent {
  id: string;
  category: string;
}

export interface TemplateList {
  items: QueryTemplate[];
  categories: string[];
}

/** A query with its values in their places, to be opened elsewhere. */
export interface BoundQuery {
  language: QueryLanguage;
  text: string;
  params: Record<string, ParameterValue>;
  from: string | null;
  to: string | null;
  source?: string | null;
}

export interface SavedVersion {
  version: number;
  changed_at: string;
  changed_by: string;
  /** Names of the fields that this version changed. */
  changed: string[];
}

export interface LineChange {
  kind: 'same' | 'removed' | 'added';
  before: number | null;
  after: number | null;
  line: string;
}

export interface Difference {
  fields: { field: string; before: unknown; after: unknown }[];
  /** Empty where the texts are the same. */
  text: LineChange[];
}

export interface SavedVersionDetail {
  version: number;
  changed_at: string;
  changed_by: string;
  content: SavedContent;
  compared_with: number | null;
  difference: Difference;
}

export interface SavedQueryFile {
  format: string;
  format_version: number;
  exported_at?: string | null;
  items: SavedContent[];
}

export interface ImportedItem {
  name: string;
  folder: string;
  standing: 'new' | 'changed' | 'same';
  written: boolean;
  id: string | null;
  difference: Difference;
}

export interface SavedImportReport {
  items: ImportedItem[];
  new: number;
  changed: number;
  same: number;
}

/** What a query found, whichever its language. */
export interface QueryResult {
  rows: Record<string, unknown>[];
  /** `records` where a search found records and computed nothing of them. */
  shape?: string;
  /** In order; absent for records of a search. */
  columns?: { name: string; type: string }[];
  truncated?: boolean;
  next_cursor?: string | null;
  stats: { rows_read: number; bytes_read: number; elapsed_ms: number };
}

/** Rows of a preview. */
const PREVIEW_ROWS = 100;

/** Something that can be opened: a saved query or a template. */
export type QuerySource = 'saved-queries' | 'templates';

/** The calls about saved queries and templates. */
export class SavedApi {
  private readonly api: Pick<ApiClient, 'call'>;

  constructor(api: Pick<ApiClient, 'call'>) {
    this.api = api;
  }

  list(deleted: boolean, signal?: AbortSignal): Promise<SavedQueryList> {
    const path = `/api/v1/saved-queries${deleted ? '?deleted=true' : ''}`;
    return this.api.call({ method: 'GET', path, signal });
  }

  create(body: SavedContent): Promise<SavedQuery> {
    return this.api.call({ method: 'POST', path: '/api/v1/saved-queries', body });
  }

  /** Refused where the version is another one by now. */
  replace(id: string, version: number, content: SavedContent): Promise<SavedQuery> {
    return this.api.call({ method: 'PUT', path: pathOf(id), body: { ...content, version } });
  }

  delete(id: string): Promise<void> {
    return this.api.call({ method: 'DELETE', path: pathOf(id) });
  }

  restore(id: string): Promise<SavedQuery> {
    return this.api.call({ method: 'POST', path: `${pathOf(id)}/restore` });
  }

  setFavourite(id: string, favourite: boolean): Promise<SavedQuery> {
    return this.api.call({ method: favourite ? 'PUT' : 'DELETE', path: `${pathOf(id)}/favourite` });
  }

  async versions(id: string, signal?: AbortSignal): Promise<SavedVersion[]> {
    const path = `${pathOf(id)}/versions`;
    return (await this.api.call<{ items: SavedVersion[] }>({ method: 'GET', path, signal })).items;
  }

  version(id: string, version: number, against: number, signal?: AbortSignal): Promise<SavedVersionDetail> {
    const path = `${pathOf(id)}/versions/${version}?against=${against}`;
    return this.api.call({ method: 'GET', path, signal });
  }

  restoreVersion(id: string, version: number): Promise<SavedQuery> {
    return this.api.call({ method: 'POST', path: `${pathOf(id)}/versions/${version}/restore` });
  }

  exportFile(ids: string[]): Promise<SavedQueryFile> {
    const choice = ids.length === 0 ? '' : `?ids=${ids.map(encodeURIComponent).join(',')}`;
    return this.api.call({ method: 'GET', path: `/api/v1/saved-queries/export${choice}` });
  }

  importFile(body: unknown, dryRun: boolean, keep: boolean): Promise<SavedImportReport> {
    const path = `/api/v1/saved-queries/import?dry_run=${dryRun}&keep=${keep}`;
    return this.api.call({ method: 'POST', path, body });
  }

  templates(signal?: AbortSignal): Promise<TemplateList> {
    return this.api.call({ method: 'GET', path: '/api/v1/templates', signal });
  }

  bind(source: QuerySource, id: string, parameters: Record<string, ParameterValue>): Promise<BoundQuery> {
    const path = `/api/v1/${source}/${encodeURIComponent(id)}/bind`;
    return this.api.call({ method: 'POST', path, body: { parameters } });
  }

  /** Runs a query; its first rows. */
  run(source: QuerySource, id: string, parameters: Record<string, ParameterValue>): Promise<QueryResult> {
    const path = `/api/v1/${source}/${encodeURIComponent(id)}/run`;
    return this.api.call({ method: 'POST', path, body: { parameters, limit: PREVIEW_ROWS } });
  }

  async parameterValues(
    source: QuerySource,
    id: string,
    name: string,
    signal?: AbortSignal,
  ): Promise<ParameterValue[]> {
    const path = `/api/v1/${source}/${encodeURIComponent(id)}/parameters/${encodeURIComponent(name)}/values`;
    return (await this.api.call<{ values: ParameterValue[] }>({ method: 'GET', path, signal })).values;
  }
}

function pathOf(id: string): string {
  return `/api/v1/saved-queries/${encodeURIComponent(id)}`;
}
