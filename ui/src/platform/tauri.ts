import { Channel, invoke } from '@tauri-apps/api/core';
import { listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import { ApiError, type ApiErrorBody } from '@/api/errors';
import type { Import, ImportPreview } from '@/api/types';
import { followProgress } from './progress';
import type {
  ApiRequest,
  ApiResponse,
  DropHandlers,
  FileInfo,
  ImportOptions,
  PickedFile,
  Platform,
  SavedFile,
  ServerState,
  Shell,
  TailHandlers,
  TailSocket,
  Unsubscribe,
  WindowOptions,
} from './platform';

type TailEvent = { kind: 'open' } | { kind: 'messages'; messages: string[] } | { kind: 'closed' };
type StreamEvent = { kind: 'lines'; lines: string[] } | { kind: 'status'; status: number; body: string };

/** The interface in the desktop's window: everything goes by IPC to the shell, which holds the server's token. */
export class TauriPlatform implements Platform {
  readonly kind = 'tauri';
  readonly shell: Shell = new TauriShell();

  async request(request: ApiRequest): Promise<ApiResponse> {
    request.signal?.throwIfAborted();
    return call<ApiResponse>('api_request', {
      method: request.method,
      path: request.path,
      body: bodyText(request),
    });
  }

  stream(request: ApiRequest, onLines: (lines: string[]) => void): Promise<void> {
    if (request.signal?.aborted) return Promise.reject(cancelled());
    const id = crypto.randomUUID();
    const channel = new Channel<StreamEvent>();
    const handOver = (lines: string[], fail: (error: unknown) => void): void => {
      try {
        onLines(lines);
      } catch (error) {
        // Thrown out of a channel, it would be lost, and the channel would stand still.
        fail(error);
      }
    };
    let stopListening = (): void => undefined;
    // Messages may come after the command's own answer: only the status, which is the last of them, is the end.
    const ended = new Promise<void>((resolve, reject) => {
      const onAbort = (): void => {
        invoke('api_cancel', { id }).catch(() => undefined);
        reject(cancelled());
      };
      request.signal?.addEventListener('abort', onAbort, { once: true });
      stopListening = () => request.signal?.removeEventListener('abort', onAbort);
      channel.onmessage = (event) => {
        if (request.signal?.aborted) return;
        if (event.kind === 'lines') handOver(event.lines, reject);
        else if (event.status >= 400) reject(ApiError.fromResponse(event.status, event.body));
        else resolve();
      };
      // Where the command itself fails, no status comes.
      call('api_stream', { id, path: request.path, body: bodyText(request), onEvent: channel }).catch(reject);
    });
    return ended.finally(stopListening);
  }

  /** The shell holds the socket, since the page has no token. */
  tail(handlers: TailHandlers): TailSocket {
    const id = crypto.randomUUID();
    const channel = new Channel<TailEvent>();
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      handlers.onClose();
    };
    channel.onmessage = (event) => {
      if (isOver) return;
      if (event.kind === 'open') handlers.onOpen();
      else if (event.kind === 'messages') handlers.onMessages(event.messages);
      else end();
    };
    call('tail_open', { id, onEvent: channel }).catch(end);
    const close = (): void => {
      isOver = true;
      window.removeEventListener('pagehide', close);
      call('tail_close', { id }).catch(() => undefined);
    };
    // A page that is loaded again leaves its socket to the shell.
    window.addEventListener('pagehide', close);
    return {
      send: (message) => void call('tail_send', { id, message }).catch(() => undefined),
      close,
    };
  }

  async openWindow(path: string, options: WindowOptions): Promise<boolean> {
    await call('open_window', {
      path,
      title: options.title,
      width: options.width,
      height: options.height,
      alwaysOnTop: options.isAlwaysOnTop,
    });
    return true;
  }

  async pickFiles(): Promise<PickedFile[]> {
    return (await call<string[]>('pick_files')).map(pickedPath);
  }

  onDropFiles(handlers: DropHandlers): Unsubscribe {
    return subscription(
      getCurrentWebview().onDragDropEvent(({ payload }) => {
        if (payload.type === 'enter') handlers.onEnter();
        else if (payload.type === 'leave') handlers.onLeave();
        else if (payload.type === 'drop') {
          handlers.onLeave();
          if (payload.paths.length > 0) handlers.onDrop(payload.paths.map(pickedPath));
        }
      }),
    );
  }

  inspectFile(file: PickedFile): Promise<FileInfo> {
    return call<FileInfo>('inspect_file', { path: file.path });
  }

  previewFile(file: PickedFile, format: string | null): Promise<ImportPreview> {
    return call<ImportPreview>('preview_file', { path: file.path, format });
  }

  importFile(file: PickedFile, _info: FileInfo, options: ImportOptions): Promise<Import> {
    return followProgress(this, options, () =>
      call<Import>('import_file', {
        path: file.path,
        id: options.id,
        options: {
          ...(options.service === '' ? {} : { service: options.service }),
          format: options.format,
          again: options.again,
        },
      }),
    );
  }

  writeClipboard(text: string): Promise<void> {
    return call('write_clipboard', { text });
  }

  saveText(suggestedName: string, text: string): Promise<string | null> {
    return call<string | null>('save_text', { suggestedName, text });
  }

  async saveImage(suggestedName: string, image: Blob): Promise<string | null> {
    return call<string | null>('save_image', { suggestedName, base64: await base64Of(image) });
  }

  /** The shell writes the file while it comes: a page cannot hold what a disk can. */
  saveAnswer(
    request: ApiRequest,
    suggestedName: string,
    onBytes: (bytes: number) => void,
  ): Promise<SavedFile | null> {
    const { signal } = request;
    if (signal?.aborted) return Promise.reject(cancelled());
    const id = crypto.randomUUID();
    const channel = new Channel<number>();
    channel.onmessage = (bytes) => {
      if (!signal?.aborted) onBytes(bytes);
    };
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        invoke('api_cancel', { id }).catch(() => undefined);
        reject(cancelled());
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      call<SavedFile | null>('save_answer', {
        id,
        path: request.path,
        body: bodyText(request),
        suggestedName,
        onBytes: channel,
      })
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener('abort', onAbort));
    });
  }
}

class TauriShell implements Shell {
  serverState(): Promise<ServerState> {
    return call<ServerState>('server_state');
  }

  onServerState(listener: (state: ServerState) => void): Unsubscribe {
    return subscription(listen<ServerState>('server-state', ({ payload }) => listener(payload)));
  }

  restartServer(): Promise<void> {
    return call('restart_server');
  }

  openLogFolder(): Promise<void> {
    return call('open_log_folder');
  }

  onMenu(listener: (item: string) => void): Unsubscribe {
    return subscription(getCurrentWebview().listen<string>('menu', ({ payload }) => listener(payload)));
  }

  onOpenFiles(listener: (files: PickedFile[]) => void): Unsubscribe {
    return taken('open-files', 'take_opened_files', (paths) => listener(paths.map(pickedPath)));
  }

  onOpenLink(listener: (path: string) => void): Unsubscribe {
    // The last one is where the user wants to be.
    return taken('open-link', 'take_opened_links', (paths) => listener(paths.at(-1) ?? '/'));
  }

  setTheme(theme: 'light' | 'dark' | null): Promise<void> {
    return call('set_theme', { theme });
  }

  setAlwaysOnTop(isOnTop: boolean): Promise<void> {
    return call('set_always_on_top', { isOnTop });
  }
}

function cancelled(): DOMException {
  return new DOMException('The stream was cancelled.', 'AbortError');
}

function pickedPath(path: string): PickedFile {
  return { name: path.split(/[\\/]/).pop() ?? path, path, handle: null };
}

function bodyText(request: ApiRequest): string | null {
  return request.body === undefined ? null : JSON.stringify(request.body);
}

/** Commands reject with `{code, message, details}`; anything else is a fault of the shell itself. */
async function call<T = void>(command: string, payload?: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, payload);
  } catch (error) {
    throw shellError(error);
  }
}

function shellError(error: unknown): ApiError {
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) {
    const body = error as ApiErrorBody & { status?: number };
    return new ApiError(body.status ?? statusOf(body.code), body);
  }
  return new ApiError(0, { code: 'shell.failed', message: String(error) });
}

function statusOf(code: string): number {
  if (code === 'import.duplicate') return 409;
  return code === 'engine.unavailable' ? 503 : 0;
}

/** What an event announces and a command hands over, once. It may be there before this page is. */
function taken(event: string, command: string, deliver: (items: string[]) => void): Unsubscribe {
  const take = async (): Promise<void> => {
    const items = await call<string[]>(command);
    if (items.length > 0) deliver(items);
  };
  const stop = subscription(listen(event, () => void take().catch(() => undefined)));
  void take().catch(() => undefined);
  return stop;
}

function base64Of(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    // `data:image/png;base64,` stands before it.
    reader.onload = () => resolve((reader.result as string).split(',', 2)[1] ?? '');
    reader.onerror = () => reject(reader.error ?? new Error('the picture could not be read'));
    reader.readAsDataURL(blob);
  });
}

/** Listening starts asynchronously; ending it before it has started must still end it. */
function subscription(started: Promise<Unsubscribe>): Unsubscribe {
  return () => void started.then((stop) => stop()).catch(() => undefined);
}
