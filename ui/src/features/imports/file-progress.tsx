import { Progress } from '@mantine/core';
import type { Import } from '@/api/types';
import { formatBytes, formatCompact, formatCount, formatDuration } from '@/lib/format/numbers';
import { Facts } from './facts';
import { remainingMs } from './import-queue';

/** How far a running import is. Every figure has its place before it is known, so that nothing moves. */
export function FileProgress({ progress }: { progress: Import | null }) {
  const percent =
    progress === null || progress.size_bytes === 0
      ? 0
      : Math.min(100, (100 * progress.bytes_read) / progress.size_bytes);
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
          [
            'Read',
            progress === null
              ? '–'
              : `${formatBytes(progress.bytes_read)} of ${formatBytes(progress.size_bytes)} (${Math.floor(percent)} %)`,
          ],
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
