import { ApiError, isAbort } from '@/api/errors';
import type { Import, ImportPreview } from '@/api/types';
import { fingerprintOf } from './fingerprint';
import { LineSplitter } from './lines';
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
  TailHandlers,
  TailSocket,
  Unsubscribe,
  WindowOptions,
} from './platform';

const PREVIEW_BYTES = 262_144;
/** So long an answer is read before the page may paint. */
const READING_MS = 8;

/** The interface in a browser: HTTP to the server that served the page, signed in by its session cookie. */
export class WebPlatform implements Platform {
  readonly kind = 'web';
  readonly shell = null;
  private readonly origin: string;

  /** `origin` is empty where the page's own server is meant. */
  constructor(origin = '') {
    this.origin = origin;
  }

  async request(request: ApiRequest): Promise<ApiResponse> {
    const response = await this.send(request, 'application/json');
    return { status: response.status, body: await response.text() };
  }

  async stream(request: ApiRequest, onLines: (lines: string[]) => void): Promise<void> {
    const response = await this.send(request, 'application/x-ndjson');
    if (!response.ok) throw ApiError.fromResponse(response.status, await response.text());
    if (response.body === null) return;
    const splitter = new LineSplitter();
    const decoder = new TextDecoder();
    const reader = response.body.getReader();
    let since = performance.now();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        const lines = done ? splitter.end() : splitter.push(decoder.decode(value, { stream: true }));
        if (lines.length > 0) onLines(lines);
        if (done) return;
        // What has arrived is handed out without a pause, and more arrives while it is read.
        if (performance.now() - since > READING_MS) {
          await nextTask();
          since = performance.now();
        }
      }
    } catch (error) {
      if (isAbort(error) || error instanceof ApiError) throw error;
      if (error instanceof TypeError) throw ApiError.unreachable();
      throw error;
    }
  }

  tail(handlers: TailHandlers): TailSocket {
    const address = new URL('/api/v1/tail', this.origin === '' ? window.location.href : this.origin);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address);
    socket.onopen = () => handlers.onOpen();
    socket.onmessage = ({ data }) => handlers.onMessages([String(data)]);
    socket.onclose = () => handlers.onClose();
    return {
      send: (message) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(message);
      },
      close: () => {
        socket.onclose = null;
        socket.onmessage = null;
        socket.close();
      },
    };
  }

  openWindow(path: string, options: WindowOptions): Promise<boolean> {
    const features = `popup,width=${options.width},height=${options.height}`;
    return Promise.resolve(window.open(this.origin + path, '_blank', features) !== null);
  }

  pickFiles(): Promise<PickedFile[]> {
    return new Promise((resolve) => {
      const input = document.createElement('input');
      input.type = 'file';
      input.multiple = true;
      input.addEventListener('change', () => resolve(Array.from(input.files ?? [], pickedFile)));
      input.addEventListener('cancel', () => resolve([]));
      input.click();
    });
  }

  onDropFiles(handlers: DropHandlers): Unsubscribe {
    // Entering a child leaves its parent, so the depth tells when the pointer is really gone.
    let depth = 0;
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const listeners: Record<'dragenter' | 'dragover' | 'dragleave' | 'drop', (event: DragEvent) => void> = {
      dragenter: (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth += 1;
        if (depth === 1) handlers.onEnter();
      },
      dragover: (event) => {
        if (hasFiles(event)) event.preventDefault();
      },
      dragleave: (event) => {
        if (!hasFiles(event)) return;
        depth = Math.max(0, depth - 1);
        if (depth === 0) handlers.onLeave();
      },
      drop: (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        depth = 0;
        handlers.onLeave();
        const files = Array.from(event.dataTransfer?.files ?? [], pickedFile);
        if (files.length > 0) handlers.onDrop(files);
      },
    };
    const entries = Object.entries(listeners) as [keyof typeof listeners, (event: DragEvent) => void][];
    for (const [name, listener] of entries) window.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of entries) window.removeEventListener(name, listener);
    };
  }

  async inspectFile(file: PickedFile): Promise<FileInfo> {
    const handle = handleOf(file);
    try {
      return {
        name: handle.name,
        path: null,
        size_bytes: handle.size,
        modified: new Date(handle.lastModified).toISOString(),
        fingerprint: await fingerprintOf(handle),
      };
    } catch {
      throw unreadable(file);
    }
  }

  async previewFile(file: PickedFile, format: string | null): Promise<ImportPreview> {
    const head = handleOf(file).slice(0, PREVIEW_BYTES);
    const query = new URLSearchParams({ name: file.name });
    if (format !== null) query.set('format', format);
    const response = await this.fetch(`/api/v1/imports/preview?${query.toString()}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream' },
      body: await head.arrayBuffer().catch(() => {
        throw unreadable(file);
      }),
    });
    return bodyOf<ImportPreview>(response);
  }

  importFile(file: PickedFile, info: FileInfo, options: ImportOptions): Promise<Import> {
    const query = new URLSearchParams({
      id: options.id,
      name: info.name,
      size: String(info.size_bytes),
      fingerprint: info.fingerprint,
      format: options.format,
      again: String(options.again),
    });
    if (info.modified !== null) query.set('modified', info.modified);
    if (options.service !== '') query.set('service', options.service);
    return followProgress(this, options, async () => {
      const response = await this.fetch(`/api/v1/imports?${query.toString()}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/octet-stream' },
        body: handleOf(file),
        signal: options.signal,
      });
      return bodyOf<Import>(response);
    });
  }

  async writeClipboard(text: string): Promise<void> {
    await navigator.clipboard.writeText(text);
  }

  saveText(suggestedName: string, text: string): Promise<string | null> {
    return this.saveImage(suggestedName, new Blob([text], { type: 'text/plain;charset=utf-8' }));
  }

  saveImage(suggestedName: string, image: Blob): Promise<string | null> {
    const address = URL.createObjectURL(image);
    const link = document.createElement('a');
    link.href = address;
    link.download = suggestedName;
    link.click();
    URL.revokeObjectURL(address);
    return Promise.resolve(suggestedName);
  }

  async saveAnswer(
    request: ApiRequest,
    suggestedName: string,
    onBytes: (bytes: number) => void,
  ): Promise<SavedFile | null> {
    const response = await this.send(request, '*/*');
    if (!response.ok || response.body === null) {
      throw ApiError.fromResponse(response.status, await response.text());
    }
    const file = await wholeBlob(response.body, onBytes);
    await this.saveImage(suggestedName, file);
    const rows = response.headers.get('X-First-Rows');
    return { place: suggestedName, bytes: file.size, first_rows: rows === null ? null : Number(rows) };
  }

  private send(request: ApiRequest, accept: string): Promise<Response> {
    const headers: Record<string, string> = { Accept: accept };
    if (request.body !== undefined) headers['Content-Type'] = 'application/json';
    return this.fetch(request.path, {
      method: request.method,
      headers,
      body: request.body === undefined ? null : JSON.stringify(request.body),
      signal: request.signal ?? null,
    });
  }

  private async fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(this.origin + path, { ...init, credentials: 'same-origin' });
    } catch (error) {
      if (isAbort(error)) throw error;
      throw ApiError.unreachable();
    }
  }
}

/** A blob may be larger than the page's memory, as the browser keeps it. */
async function wholeBlob(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onBytes: (bytes: number) => void,
): Promise<Blob> {
  let bytes = 0;
  const counter = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
    transform: (piece, controller) => {
      bytes += piece.byteLength;
      onBytes(bytes);
      controller.enqueue(piece);
    },
  });
  try {
    return await new Response(body.pipeThrough(counter)).blob();
  } catch (error) {
    if (isAbort(error)) throw error;
    throw new ApiError(0, {
      code: 'file.incomplete',
      message: 'The connection ended before the file was whole. Try again.',
    });
  }
}

/** Lets the browser do what waits, such as painting. Timers would wait longer, and in a hidden page for a second. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function pickedFile(handle: File): PickedFile {
  return { name: handle.name, path: null, handle };
}

function handleOf(file: PickedFile): File {
  if (file.handle === null) throw unreadable(file);
  return file.handle;
}

function unreadable(file: PickedFile): ApiError {
  return new ApiError(0, {
    code: 'file.unreadable',
    message: `${file.name} cannot be read. It is a folder, or it was moved, deleted or changed after you chose it.`,
  });
}

async function bodyOf<T>(response: Response): Promise<T> {
  const body = await response.text();
  if (!response.ok) throw ApiError.fromResponse(response.status, body);
  return JSON.parse(body) as T;
}
