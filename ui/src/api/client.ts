import { createContext, use } from 'react';
import type { ApiRequest, Platform } from '@/platform/platform';
import { ApiError, type ApiErrorBody } from './errors';
import type {
  CompleteRequest,
  CompleteResponse,
  DeadLetterDetail,
  DeadLetterList,
  DeadLetterRetry,
  DeletePreview,
  FieldsResponse,
  FieldStats,
  FieldStatsRequest,
  FieldValuesRequest,
  FieldValuesResponse,
  HistogramRequest,
  HistogramResponse,
  Import,
  ImportFormat,
  LogRow,
  NamedItem,
  NewNote,
  Note,
  NoteContent,
  QueryRequest,
  Retention,
  RetentionChange,
  SearchDone,
  SearchProgress,
  SearchRequest,
  SearchResponse,
  Status,
  StorageReport,
  StorageRun,
  Surrounding,
  SurroundingRequest,
  Trace,
} from './types';

export interface SearchListener {
  onProgress?: (progress: SearchProgress) => void;
  onRows: (rows: LogRow[]) => void;
}

/** The server's API over the platform's transport. Every call rejects with `ApiError` or, once aborted, `AbortError`. */
export class ApiClient {
  private readonly platform: Pick<Platform, 'request' | 'stream'>;

  constructor(platform: Pick<Platform, 'request' | 'stream'>) {
    this.platform = platform;
  }

  status(signal?: AbortSignal): Promise<Status> {
    return this.call({ method: 'GET', path: '/api/v1/status', signal });
  }

  /** Trades the one-time code of a sign-in link for a session cookie. */
  signIn(code: string): Promise<void> {
    return this.call({ method: 'POST', path: '/api/v1/session', body: { code } });
  }

  search(body: SearchRequest, signal?: AbortSignal): Promise<SearchResponse> {
    return this.call({ method: 'POST', path: '/api/v1/search', body, signal });
  }

  /** Rows as they are found. Aborting the signal cancels the query in ClickHouse. */
  async searchStream(
    body: SearchRequest,
    listener: SearchListener,
    signal?: AbortSignal,
  ): Promise<SearchDone> {
    return this.stream<SearchEvent, SearchDone>(
      { method: 'POST', path: '/api/v1/search', body, signal },
      (event) => {
        if ('rows' in event) listener.onRows(event.rows);
        else if ('progress' in event) listener.onProgress?.(event.progress);
      },
    );
  }

  /** Any call whose answer comes in lines, of which the last is `done` or `error`. Aborting the signal ends the query. */
  async stream<Event extends object, Done>(
    request: ApiRequest,
    onEvent: (event: Event) => void,
  ): Promise<Done> {
    const end: { done: Done | null; error: ApiError | null } = { done: null, error: null };
    await this.platform.stream(request, (lines) => {
      for (const line of lines) {
        const event = JSON.parse(line) as Event | { done: Done } | { error: ApiErrorBody };
        if ('done' in event) end.done = event.done;
        else if ('error' in event) end.error = new ApiError(200, event.error);
        else onEvent(event);
      }
    });
    if (end.error !== null) throw end.error;
    if (end.done === null) {
      throw new ApiError(0, {
        code: 'search.incomplete',
        message: 'The connection ended before the search did. Run it again.',
      });
    }
    return end.done;
  }

  cancelQuery(queryId: string): Promise<void> {
    return this.call({ method: 'DELETE', path: `/api/v1/queries/${encodeURIComponent(queryId)}` });
  }

  async histogram(body: HistogramRequest, signal?: AbortSignal): Promise<HistogramResponse> {
    type Answer = Omit<HistogramResponse, 'from' | 'to'> & { from: string | null; to: string | null };
    const answer = await this.call<Answer>({ method: 'POST', path: '/api/v1/histogram', body, signal });
    // Without rows and without a range there is no span: then it is the present moment, of no length.
    const now = new Date().toISOString();
    return { ...answer, from: answer.from ?? now, to: answer.to ?? now };
  }

  fields(body: QueryRequest, signal?: AbortSignal): Promise<FieldsResponse> {
    return this.call({ method: 'POST', path: '/api/v1/fields', body, signal });
  }

  fieldValues(body: FieldValuesRequest, signal?: AbortSignal): Promise<FieldValuesResponse> {
    return this.call({ method: 'POST', path: '/api/v1/field-values', body, signal });
  }

  fieldStats(body: FieldStatsRequest, signal?: AbortSignal): Promise<FieldStats> {
    return this.call({ method: 'POST', path: '/api/v1/field-stats', body, signal });
  }

  /** The rows before and after a place in time, however far they are. */
  surrounding(body: SurroundingRequest, signal?: AbortSignal): Promise<Surrounding> {
    return this.call({ method: 'POST', path: '/api/v1/surrounding', body, signal });
  }

  trace(traceId: string, signal?: AbortSignal): Promise<Trace> {
    return this.call({ method: 'GET', path: `/api/v1/traces/${encodeURIComponent(traceId)}`, signal });
  }

  /** Notes on rows of a span of time, those on the newest rows first. */
  async notes(
    span: { from?: string | undefined; to?: string | undefined },
    signal?: AbortSignal,
  ): Promise<Note[]> {
    const query = new URLSearchParams();
    if (span.from !== undefined) query.set('from', span.from);
    if (span.to !== undefined) query.set('to', span.to);
    const path = `/api/v1/notes?${query.toString()}`;
    return (await this.call<{ notes: Note[] }>({ method: 'GET', path, signal })).notes;
  }

  addNote(body: NewNote): Promise<Note> {
    return this.call({ method: 'POST', path: '/api/v1/notes', body });
  }

  /** Refused where somebody changed the note since `version`. */
  changeNote(id: string, body: NoteContent & { version: number }): Promise<Note> {
    return this.call({ method: 'PUT', path: `/api/v1/notes/${encodeURIComponent(id)}`, body });
  }

  deleteNote(id: string, version: number): Promise<void> {
    return this.call({
      method: 'DELETE',
      path: `/api/v1/notes/${encodeURIComponent(id)}?version=${version}`,
    });
  }

  /** What is stored under a name at one of the addresses that list such things. */
  async named(path: '/api/v1/dashboards'): Promise<NamedItem[]> {
    return (await this.call<{ items: NamedItem[] }>({ method: 'GET', path })).items;
  }

  complete(body: CompleteRequest, signal?: AbortSignal): Promise<CompleteResponse> {
    return this.call({ method: 'POST', path: '/api/v1/complete', body, signal });
  }

  async imports(fingerprint?: string, signal?: AbortSignal): Promise<Import[]> {
    const query = fingerprint === undefined ? '' : `?fingerprint=${encodeURIComponent(fingerprint)}`;
    const answer = await this.call<{ imports: Import[] }>({
      method: 'GET',
      path: `/api/v1/imports${query}`,
      signal,
    });
    return answer.imports;
  }

  async importFormats(signal?: AbortSignal): Promise<ImportFormat[]> {
    const answer = await this.call<{ formats: ImportFormat[] }>({
      method: 'GET',
      path: '/api/v1/imports/formats',
      signal,
    });
    return answer.formats;
  }

  storageReport(signal?: AbortSignal): Promise<StorageReport> {
    return this.call({ method: 'GET', path: '/api/v1/storage', signal });
  }

  retention(signal?: AbortSignal): Promise<Retention> {
    return this.call({ method: 'GET', path: '/api/v1/retention', signal });
  }

  /** What rules would delete today; changes nothing. */
  previewRetention(body: RetentionChange): Promise<DeletePreview> {
    return this.call({ method: 'POST', path: '/api/v1/retention/preview', body });
  }

  changeRetention(body: RetentionChange): Promise<{ retention: Retention; run: StorageRun }> {
    return this.call({ method: 'PUT', path: '/api/v1/retention', body });
  }

  async storageRuns(signal?: AbortSignal): Promise<StorageRun[]> {
    const path = '/api/v1/retention/runs';
    return (await this.call<{ runs: StorageRun[] }>({ method: 'GET', path, signal })).runs;
  }

  runStorageRules(): Promise<StorageRun> {
    return this.call({ method: 'POST', path: '/api/v1/retention/runs' });
  }

  /** What deleting a day or a service would delete. */
  async previewDrop(kind: 'day' | 'service', name: string, signal?: AbortSignal): Promise<DeletePreview> {
    const path = `/api/v1/storage/${kind}s/${encodeURIComponent(name)}?dry_run=true`;
    return (await this.call<{ preview: DeletePreview }>({ method: 'DELETE', path, signal })).preview;
  }

  async drop(kind: 'day' | 'service', name: string): Promise<StorageRun> {
    const path = `/api/v1/storage/${kind}s/${encodeURIComponent(name)}`;
    return (await this.call<{ run: StorageRun }>({ method: 'DELETE', path })).run;
  }

  deadLetters(signal?: AbortSignal): Promise<DeadLetterList> {
    return this.call({ method: 'GET', path: '/api/v1/dead-letters', signal });
  }

  deadLetter(id: string, signal?: AbortSignal): Promise<DeadLetterDetail> {
    return this.call({ method: 'GET', path: `/api/v1/dead-letters/${encodeURIComponent(id)}`, signal });
  }

  /** Sends the records to ClickHouse again; none is stored twice. */
  retryDeadLetter(id: string): Promise<DeadLetterRetry> {
    return this.call({ method: 'POST', path: `/api/v1/dead-letters/${encodeURIComponent(id)}/retry` });
  }

  deleteDeadLetter(id: string): Promise<void> {
    return this.call({ method: 'DELETE', path: `/api/v1/dead-letters/${encodeURIComponent(id)}` });
  }

  /** Any call whose answer is JSON or nothing. */
  async call<T>(request: ApiRequest): Promise<T> {
    const { status, body } = await this.platform.request(request);
    if (status < 200 || status > 299) throw ApiError.fromResponse(status, body);
    return (body === '' ? undefined : JSON.parse(body)) as T;
  }
}

type SearchEvent = { progress: SearchProgress } | { rows: LogRow[] };

export const ApiContext = createContext<ApiClient | null>(null);

export function useApi(): ApiClient {
  const api = use(ApiContext);
  if (api === null) throw new Error('ApiContext has no value');
  return api;
}
