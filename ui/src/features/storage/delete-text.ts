import type { DeletePreview, StorageRun } from '@/api/types';
import { formatBytes, formatCountOf } from '@/lib/format/numbers';

/** `720 rows, about 1.2 GB, will be deleted; the oldest is of 2026-03-03.` */
export function deleteText(preview: DeletePreview): string {
  const { rows, bytes, rows_are_estimated, bytes_are_estimated, oldest } = preview;
  if (rows === 0 && bytes === 0) return 'Nothing will be deleted.';
  const size = `${bytes_are_estimated ? 'about ' : ''}${formatBytes(bytes)}`;
  const from = oldest == null ? '' : ` The oldest is of ${oldest.slice(0, 10)}.`;
  const count = `${rows_are_estimated ? 'About ' : ''}${formatCountOf(rows, 'row')}`;
  return `${count}, ${size}, will be deleted.${from}`;
}

/** Records that may come back, as they are not in the tables yet; `null` where there are none. */
export function waitingText({ waiting_rows }: DeletePreview): string | null {
  if (waiting_rows === 0) return null;
  const rows = formatCountOf(waiting_rows, 'row that was', 'rows that were');
  return `Not counted: ${rows} received but not stored yet. What fits of it arrives afterwards.`;
}

const CAUSES: Record<StorageRun['cause'], string> = {
  schedule: 'Daily',
  change: 'Changed rules',
  user: 'Asked for',
};

export function causeText(run: StorageRun): string {
  return CAUSES[run.cause];
}

export function runTitle(run: StorageRun): string {
  switch (run.kind) {
    case 'drop_day':
      return `Delete the day ${run.subject ?? ''}`;
    case 'drop_service':
      return `Delete the service ${run.subject === '' ? '(none)' : (run.subject ?? '')}`;
    default:
      return 'Apply the rules';
  }
}

export function isUnfinished({ state }: StorageRun): boolean {
  return state === 'queued' || state === 'running';
}

/** What came of a run, in one line. */
export function outcomeText(run: StorageRun): string {
  switch (run.state) {
    case 'queued':
      return 'Waiting';
    case 'running':
      return run.rows_deleted === 0 ? 'Running' : `Running, ${formatCountOf(run.rows_deleted, 'row')} so far`;
    case 'failed':
      return 'Failed';
    default:
      return run.rows_deleted === 0 && run.bytes_moved === 0 ? 'Nothing to do' : 'Done';
  }
}

const ACTIONS: Record<StorageRun['steps'][number]['action'], string> = {
  drop: 'Dropped whole parts',
  rewrite: 'Rewritten without the rows',
  move: 'Moved to the cold volume',
  ttl: 'Told ClickHouse the longest time',
  volume: 'Gave the table the cold volume',
};

export function stepText({ action }: StorageRun['steps'][number]): string {
  return ACTIONS[action];
}
