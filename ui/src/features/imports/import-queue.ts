import type { ApiError } from '@/api/errors';
import type { Import, ImportPreview } from '@/api/types';
import type { FileInfo, PickedFile } from '@/platform/platform';

export type Phase =
  /** Being looked at: size, fingerprint, format. */
  | { name: 'inspecting' }
  /** Waits for the user to start it; `earlier` is set where the same content was imported before. */
  | { name: 'chosen'; earlier: Import | null }
  | { name: 'waiting' }
  | { name: 'running'; progress: Import | null }
  | { name: 'finished'; result: Import }
  | { name: 'failed'; error: ApiError }
  | { name: 'cancelled'; progress: Import | null };

export interface QueuedFile {
  /** Also the import's id on the server. */
  id: string;
  file: PickedFile;
  info: FileInfo | null;
  preview: ImportPreview | null;
  service: string;
  /** `auto`, or a format's name. */
  format: string;
  /** The user wants it although it was imported before. */
  again: boolean;
  phase: Phase;
}

export type QueueEvent =
  | { type: 'added'; files: { id: string; file: PickedFile }[] }
  | { type: 'inspected'; id: string; info: FileInfo; preview: ImportPreview; earlier: Import | null }
  | { type: 'previewed'; id: string; preview: ImportPreview }
  | { type: 'serviceChosen'; id: string; service: string }
  | { type: 'formatChosen'; id: string; format: string }
  | { type: 'againChosen'; id: string; again: boolean }
  | { type: 'started' }
  | { type: 'running'; id: string }
  | { type: 'progressed'; id: string; progress: Import }
  | { type: 'finished'; id: string; result: Import }
  | { type: 'duplicated'; id: string; earlier: Import; newId: string }
  | { type: 'failed'; id: string; error: ApiError }
  | { type: 'cancelled'; id: string }
  | { type: 'removed'; id: string }
  | { type: 'settledRemoved' };

/** The files that the user chose, in order, and how far each is. Pure: what happens is told by events. */
export function reduceQueue(queue: readonly QueuedFile[], event: QueueEvent): readonly QueuedFile[] {
  switch (event.type) {
    case 'added':
      return [...queue, ...event.files.map(({ id, file }) => newFile(id, file))];
    case 'started':
      return queue.map((item) => (canStart(item) ? { ...item, phase: { name: 'waiting' } } : item));
    case 'removed':
      return queue.filter((item) => item.id !== event.id || item.phase.name === 'running');
    case 'settledRemoved':
      return queue.filter((item) => !isSettled(item));
    default:
      return queue.map((item) => (item.id === event.id ? reduceFile(item, event) : item));
  }
}

type FileEvent = Exclude<QueueEvent, { type: 'added' | 'started' | 'removed' | 'settledRemoved' }>;

function reduceFile(item: QueuedFile, event: FileEvent): QueuedFile {
  const { phase } = item;
  switch (event.type) {
    case 'inspected':
      if (phase.name !== 'inspecting') return item;
      return { ...item, info: event.info, preview: event.preview, phase: chosenOr(event) };
    case 'previewed':
      return { ...item, preview: event.preview };
    case 'serviceChosen':
      return { ...item, service: event.service };
    case 'formatChosen':
      return { ...item, format: event.format };
    case 'againChosen':
      return { ...item, again: event.again };
    case 'running':
      return { ...item, phase: { name: 'running', progress: null } };
    case 'progressed':
      return phase.name === 'running' ? { ...item, phase: { ...phase, progress: event.progress } } : item;
    case 'finished':
      return { ...item, phase: { name: 'finished', result: event.result } };
    case 'duplicated':
      return { ...item, id: event.newId, again: false, phase: { name: 'chosen', earlier: event.earlier } };
    case 'failed':
      return { ...item, phase: { name: 'failed', error: event.error } };
    case 'cancelled':
      return isSettled(item)
        ? item
        : {
            ...item,
            phase: { name: 'cancelled', progress: phase.name === 'running' ? phase.progress : null },
          };
  }
}

function chosenOr(event: Extract<QueueEvent, { type: 'inspected' }>): Phase {
  return { name: 'chosen', earlier: event.earlier };
}

function newFile(id: string, file: PickedFile): QueuedFile {
  return {
    id,
    file,
    info: null,
    preview: null,
    service: '',
    format: 'auto',
    again: false,
    phase: { name: 'inspecting' },
  };
}

/** Ready to be sent: looked at, readable, and not a second time unless the user said so. */
export function canStart(item: QueuedFile): boolean {
  return (
    item.phase.name === 'chosen' &&
    (item.phase.earlier === null || item.again) &&
    (item.preview?.problem ?? null) === null
  );
}

/** Over, for better or worse. */
export function isSettled(item: QueuedFile): boolean {
  return item.phase.name === 'finished' || item.phase.name === 'failed' || item.phase.name === 'cancelled';
}

/** 0 to 1; `null` before the first news of the server. */
export function fractionDone(item: QueuedFile): number | null {
  if (item.phase.name !== 'running' || item.phase.progress === null) return null;
  const { bytes_read, size_bytes } = item.phase.progress;
  return size_bytes === null || size_bytes === 0 ? null : Math.min(1, bytes_read / size_bytes);
}

/** Milliseconds until the file is read at its present speed; `null` where that cannot be said. */
export function remainingMs(progress: Import): number | null {
  const { size_bytes, bytes_read, bytes_per_second } = progress;
  if (size_bytes === null || size_bytes === 0 || bytes_per_second <= 0) return null;
  return (Math.max(0, size_bytes - bytes_read) / bytes_per_second) * 1000;
}
