import { ActionIcon } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { formatBytes, formatCountOf } from '@/lib/format/numbers';
import classes from './file-list.module.css';
import { fractionDone, type QueuedFile } from './import-queue';

interface FileListProps {
  queue: readonly QueuedFile[];
  selectedId: string;
  onSelect: (id: string) => void;
  onRemove: (id: string) => void;
}

export function FileList({ queue, selectedId, onSelect, onRemove }: FileListProps) {
  return (
    <ul className={classes.list} aria-label="Files">
      {queue.map((item) => (
        <li key={item.id} className={classes.entry} data-selected={item.id === selectedId || undefined}>
          <button
            type="button"
            className={classes.select}
            aria-current={item.id === selectedId}
            onClick={() => onSelect(item.id)}
          >
            <span className={classes.name} title={item.file.path ?? item.file.name}>
              {item.file.name}
            </span>
            <span className={classes.state} data-phase={item.phase.name}>
              {stateText(item)}
            </span>
          </button>
          {item.phase.name !== 'running' && (
            <ActionIcon size="xs" aria-label={`Remove ${item.file.name}`} onClick={() => onRemove(item.id)}>
              <IconX size={12} aria-hidden />
            </ActionIcon>
          )}
        </li>
      ))}
    </ul>
  );
}

function stateText(item: QueuedFile): string {
  const { phase } = item;
  switch (phase.name) {
    case 'inspecting':
      return 'Reading…';
    case 'chosen':
      if (phase.earlier !== null) return item.again ? 'Again' : 'Imported before';
      return formatBytes(item.info?.size_bytes ?? 0);
    case 'waiting':
      return 'Waiting';
    case 'running':
      return `${Math.floor((fractionDone(item) ?? 0) * 100)} %`;
    case 'finished':
      return formatCountOf(phase.result.rows, 'row') + (phase.result.error === null ? '' : ', ended early');
    case 'failed':
      return 'Failed';
    case 'cancelled':
      return 'Cancelled';
  }
}
