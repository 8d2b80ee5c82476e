import type { Import, ImportPreview } from '@/api/types';

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query string, from `/api`. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  signal?: AbortSignal | undefined;
}

export interface ApiResponse {
  status: number;
  body: string;
}

export interface ServerState {
  state: 'starting' | 'ready' | 'restarting' | 'down';
  message: string | null;
  version: string;
  log_path: string;
  data_dir: string;
}

/** A file that the user chose: by path on the desktop, by handle in a browser. */
export interface PickedFile {
  name: string;
  path: string | null;
  handle: File | null;
}

export interface FileInfo {
  name: string;
  path: string | null;
  size_bytes: number;
  /** RFC 3339; `null` where it is not known. */
  modified: string | null;
  fingerprint: string;
}

export interface ImportOptions {
  /** Chosen by the caller, so that progress can be asked for while the file is on its way. */
  id: string;
  service: string;
  format: string;
  again: boolean;
  signal: AbortSignal;
  onProgress: (progress: Import) => void;
}

export interface DropHandlers {
  onEnter: () => void;
  onLeave: () => void;
  onDrop: (files: PickedFile[]) => void;
}

export type Unsubscribe = () => void;

export interface TailHandlers {
  onOpen: () => void;
  /** Messages of the server as they came, in batches. */
  onMessages: (messages: string[]) => void;
  /** The socket is closed, or could not be opened. Not called after `close`. */
  onClose: () => void;
}

/** The socket of `/api/v1/tail`. */
export interface TailSocket {
  send(message: string): void;
  close(): void;
}

export interface WindowOptions {
  title: string;
  width: number;
  height: number;
  /** Only the desktop can keep a window above the others. */
  isAlwaysOnTop: boolean;
}

/** Where a file went and how long it is. */
export interface SavedFile {
  place: string;
  bytes: number;
  /** Rows in it, where these are the first of more than such a file holds. */
  first_rows: number | null;
}

/**
 * All that the interface needs from its surroundings. Calls reject with `ApiError`, or with an `AbortError` once their
 * signal is aborted.
 */
export interface Platform {
  readonly kind: 'tauri' | 'web';
  request(request: ApiRequest): Promise<ApiResponse>;
  /** Sends `Accept: application/x-ndjson` and hands over whole lines, in batches. Resolves at the end of the answer. */
  stream(request: ApiRequest, onLines: (lines: string[]) => void): Promise<void>;
  tail(handlers: TailHandlers): TailSocket;
  /** Opens a page of the interface in a window of its own; false where that is not allowed. */
  openWindow(path: string, options: WindowOptions): Promise<boolean>;
  /** The state of the server's process; `null` in a browser, which knows it only by asking the server. */
  readonly shell: Shell | null;
  pickFiles(): Promise<PickedFile[]>;
  onDropFiles(handlers: DropHandlers): Unsubscribe;
  inspectFile(file: PickedFile, signal?: AbortSignal): Promise<FileInfo>;
  previewFile(file: PickedFile, format: string | null): Promise<ImportPreview>;
  importFile(file: PickedFile, info: FileInfo, options: ImportOptions): Promise<Import>;
  writeClipboard(text: string): Promise<void>;
  /** Answers where the text went, or `null` where the user cancelled. */
  saveText(suggestedName: string, text: string): Promise<string | null>;
  /** As `saveText`, for a picture. */
  saveImage(suggestedName: string, image: Blob): Promise<string | null>;
  /** Sends a request whose answer is a file, tells how much of it has come, and saves it once it is whole. */
  saveAnswer(
    request: ApiRequest,
    suggestedName: string,
    onBytes: (bytes: number) => void,
  ): Promise<SavedFile | null>;
}

/** What only the desktop has. */
export interface Shell {
  serverState(): Promise<ServerState>;
  onServerState(listener: (state: ServerState) => void): Unsubscribe;
  restartServer(): Promise<void>;
  openLogFolder(): Promise<void>;
  onMenu(listener: (item: string) => void): Unsubscribe;
  /** Files that other programs open with this one: arguments, the file manager, a second start. */
  onOpenFiles(listener: (files: PickedFile[]) => void): Unsubscribe;
  /** Pages of the interface (`/explore?...`) that `click-lite://` links lead to. */
  onOpenLink(listener: (path: string) => void): Unsubscribe;
  /** The theme of what the system draws: title bar, menu, dialogs; `null` is the system's own. */
  setTheme(theme: 'light' | 'dark' | null): Promise<void>;
  /** Keeps this window above the others, or no longer. */
  setAlwaysOnTop(isOnTop: boolean): Promise<void>;
}
