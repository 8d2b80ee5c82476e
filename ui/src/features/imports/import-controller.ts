import { createContext, use, useSyncExternalStore } from 'react';
import type { ApiClient } from '@/api/client';
import { ApiError, isAbort } from '@/api/errors';
import type { Import } from '@/api/types';
import type { PickedFile, Platform } from '@/platform/platform';
import { reduceQueue, type QueuedFile, type QueueEvent } from './import-queue';

interface State {
  queue: readonly QueuedFile[];
  opened: boolean;
}

type Needs = Pick<Platform, 'inspectFile' | 'previewFile' | 'importFile'>;

/**
 * Looks at the chosen files and sends them one after the other. It outlives the dialog, so that an import goes on while
 * the user works elsewhere.
 */
export class ImportController {
  private state: State = { queue: [], opened: false };
  private readonly listeners = new Set<() => void>();
  private readonly platform: Needs;
  private readonly api: Pick<ApiClient, 'imports'>;
  private readonly onStored: () => void;
  private sending: { id: string; abort: AbortController } | null = null;

  /** `onStored` is called after each import that stored rows. */
  constructor(platform: Needs, api: Pick<ApiClient, 'imports'>, onStored: () => void) {
    this.platform = platform;
    this.api = api;
    this.onStored = onStored;
  }

  readonly get = (): State => this.state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  add(files: PickedFile[]): void {
    if (files.length === 0) return;
    const added = files.map((file) => ({ id: crypto.randomUUID(), file }));
    if (!this.isBusy()) this.dispatch({ type: 'settledRemoved' });
    this.dispatch({ type: 'added', files: added });
    this.open();
    for (const { id, file } of added) void this.inspect(id, file);
  }

  open(): void {
    this.update({ ...this.state, opened: true });
  }

  /** Closes the dialog. What runs goes on; what was chosen and never started is forgotten. */
  close(): void {
    const kept = this.state.queue.filter(({ phase }) => phase.name === 'waiting' || phase.name === 'running');
    this.update({ queue: kept, opened: false });
  }

  choose(event: Extract<QueueEvent, { type: 'serviceChosen' | 'againChosen' | 'removed' }>): void {
    this.dispatch(event);
  }

  chooseFormat(id: string, format: string): void {
    this.dispatch({ type: 'formatChosen', id, format });
    const file = this.find(id)?.file;
    if (file === undefined) return;
    this.platform.previewFile(file, format === 'auto' ? null : format).then(
      (preview) => {
        if (this.find(id)?.format === format) this.dispatch({ type: 'previewed', id, preview });
      },
      (error: unknown) => this.dispatch({ type: 'failed', id, error: asApiError(error) }),
    );
  }

  start(): void {
    this.dispatch({ type: 'started' });
    void this.sendNext();
  }

  cancel(id: string): void {
    if (this.sending?.id === id) this.sending.abort.abort();
    this.dispatch({ type: 'cancelled', id });
  }

  isBusy(): boolean {
    return this.state.queue.some(({ phase }) => phase.name === 'waiting' || phase.name === 'running');
  }

  private async inspect(id: string, file: PickedFile): Promise<void> {
    try {
      const [info, preview] = await Promise.all([
        this.platform.inspectFile(file),
        this.platform.previewFile(file, null),
      ]);
      const earlier =
        (await this.api.imports(info.fingerprint)).find(({ state }) => state === 'done') ?? null;
      this.dispatch({ type: 'inspected', id, info, preview, earlier });
    } catch (error) {
      this.dispatch({ type: 'failed', id, error: asApiError(error) });
    }
  }

  private async sendNext(): Promise<void> {
    const next = this.state.queue.find(({ phase }) => phase.name === 'waiting');
    if (this.sending !== null || next?.info == null) return;
    const abort = new AbortController();
    this.sending = { id: next.id, abort };
    this.dispatch({ type: 'running', id: next.id });
    try {
      const result = await this.platform.importFile(next.file, next.info, {
        id: next.id,
        service: next.service.trim(),
        format: next.format,
        again: next.again,
        signal: abort.signal,
        onProgress: (progress) => this.dispatch({ type: 'progressed', id: next.id, progress }),
      });
      this.settle(next.id, result);
    } catch (error) {
      this.fail(next.id, error, abort.signal.aborted);
    }
    this.sending = null;
    this.onStored();
    await this.sendNext();
  }

  private settle(id: string, result: Import): void {
    if (result.state === 'cancelled') this.dispatch({ type: 'cancelled', id });
    else this.dispatch({ type: 'finished', id, result });
  }

  private fail(id: string, error: unknown, aborted: boolean): void {
    if (aborted || isAbort(error)) {
      this.dispatch({ type: 'cancelled', id });
      return;
    }
    const failure = asApiError(error);
    const earlier = duplicateOf(failure);
    if (earlier === null) this.dispatch({ type: 'failed', id, error: failure });
    else this.dispatch({ type: 'duplicated', id, earlier, newId: crypto.randomUUID() });
  }

  private find(id: string): QueuedFile | undefined {
    return this.state.queue.find((item) => item.id === id);
  }

  private dispatch(event: QueueEvent): void {
    this.update({ ...this.state, queue: reduceQueue(this.state.queue, event) });
  }

  private update(state: State): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

function duplicateOf(error: ApiError): Import | null {
  if (error.code !== 'import.duplicate') return null;
  return (error.details as { import?: Import } | null)?.import ?? null;
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(0, { code: 'import.failed', message });
}

export const ImportContext = createContext<ImportController | null>(null);

export function useImportController(): ImportController {
  const controller = use(ImportContext);
  if (controller === null) throw new Error('ImportContext has no value');
  return controller;
}

export function useImportState(): State {
  const controller = useImportController();
  return useSyncExternalStore(controller.subscribe, controller.get);
}
