import { Progress } from '@mantine/core';
import type { Import } from '@/api/types';
import { formatBytes, formatCompact, formatCount, formatDuration } from '@/lib/format/numbers';
import { Facts } from './facts';
import { remainingMs } from './import-queue';

/** How far a running import is. Every figure has its place before it is known, so that nothing moves. */
export function FileProgress({ progress }: { progress: Import | null }) {
  const size = progress?.size_bytes ?? 0;
  const percent = progress === null || size === 0 ? 0 : Math.min(100, (100 * progress.bytes_read) / size);
  const remaining = progress?.state === 'running' ? remainingMs(progress) : null;
  return (
    <>
      <Progress
        value={percent}
        size={6}
        aria-label="Progress of the import"
        transitionDuration={90}
        mb={12}
      />
      <Facts
        facts={[
          ['Read', readText(progress, percent)],
          ['Rows', progress === null ? '–' : formatCount(progress.rows)],
          ['Searchable', progress === null ? '–' : formatCount(progress.rows_stored)],
          [
            'Speed',
            progress === null
              ? '–'
              : `${formatBytes(progress.bytes_per_second)}/s, ${formatCompact(Math.round(progress.rows_per_second))} rows/s`,
          ],
          ['Time left', remaining === null ? '–' : `about ${formatDuration(Math.max(1000, remaining))}`],
        ]}
      />
    </>
  );
}

function readText(progress: Import | null, percent: number): string {
  if (progress === null) return '–';
  const { bytes_read, size_bytes } = progress;
  if (size_bytes === null) return formatBytes(bytes_read);
  return `${formatBytes(bytes_read)} of ${formatBytes(size_bytes)} (${Math.floor(percent)} %)`;
}
